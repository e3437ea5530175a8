-- Takes a lease, or lengthens it for whoever holds it.
-- KEYS: 1 lease (string: its holder)
-- ARGV: 1 who asks  2 length of the lease from now on (ms)
-- Returns: 1, or 0 where somebody else holds it.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
