-- Keeps a stage's result and moves the segment to its next stage; the first writer wins.
-- KEYS: 1 segment  2 hash that takes the result  3 preparing  4 channel  5 counts
-- ARGV: 1 segment id  2 stage it must stand in  3 next stage  4… field, value, …
-- From transfer on it no longer keeps the next cut waiting, which the channel tells.
-- Returns: 1 where it moved, 0 where it had already moved on or has ended.
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('HSET', KEYS[1], 'stage', ARGV[3])
local bytes = 0
for i = 5, #ARGV, 2 do
  bytes = bytes + #ARGV[i]
end
redis.call('HINCRBY', KEYS[1], 'results', bytes)
redis.call('HINCRBY', KEYS[5], 'results', bytes)
if ARGV[3] == 'transfer' then
  redis.call('SREM', KEYS[3], ARGV[1])
  redis.call('PUBLISH', KEYS[4], '')
end
return 1
