-- Says of a life of the buffer that it has so many partitions; it never has fewer than it had.
-- KEYS: 1 generation  2 counts, both of the first partition
-- ARGV: 1 generation that is meant  2 field of the counts  3 partitions
-- Returns: 1, or 0 where the buffer is not in that life any more.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '1') < tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
end
return 1
