-- Keeps what the compared colour came to in a stage that both do, for the other one to compare with; it moves nothing.
-- KEYS: 1 segment
-- ARGV: 1 stage it must stand in  2 what it came to
-- Returns: 1, or 0 where the segment has moved on or ended.
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'candidate', ARGV[2])
return 1
