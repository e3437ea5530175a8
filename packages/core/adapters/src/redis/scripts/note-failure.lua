-- Notes that an attempt at a segment failed, so that the others do not wait for it.
-- KEYS: 1 open  2 preparing  3 failing  4 channel
-- ARGV: 1 segment id
-- Returns: 1, or 0 where the segment has ended.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PUBLISH', KEYS[4], '')
return 1
