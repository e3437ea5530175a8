-- Notes that a stage of a segment takes too long where it is.
-- KEYS: 1 segment
-- ARGV: 1 stage
-- Returns: 1 where it stands in that stage and nobody had noted it, else 0.
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[1] then
  return 0
end
return redis.call('HSETNX', KEYS[1], 'late:' .. ARGV[1], '1')
