-- Keeps a stage's result and moves the segment to its next stage; the first writer wins.
-- KEYS: 1 segment  2 hash that takes the result
-- ARGV: 1 stage it must stand in  2 next stage  3… field, value, …
-- Returns: 1 where it moved, 0 where it had already moved on or has ended.
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
redis.call('HSET', KEYS[1], 'stage', ARGV[2])
return 1
