-- Ends a lease of whoever asks, so that the next one need not wait for its end; somebody else's stands.
-- KEYS: 1 lease (string: its holder)
-- ARGV: 1 who asks
-- Returns: 1, or 0 where it was not theirs.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
