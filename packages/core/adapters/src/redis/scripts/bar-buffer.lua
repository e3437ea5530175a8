-- Takes no frame in any more, until the bar is lifted or the life ends.
-- KEYS: 1 generation  2 counts
-- ARGV: 1 generation that is to stand  2 token of whoever bars
-- Returns: 1; 0 where the buffer is not in that life; -1 where somebody else has barred it.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local barred = redis.call('HGET', KEYS[2], 'barred')
if barred and string.match(barred, '^%S+') ~= ARGV[2] then
  return -1
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[2], 'barred', ARGV[2] .. ' ' .. (time[1] * 1000 + math.floor(time[2] / 1000)))
return 1
