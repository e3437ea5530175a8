-- Takes frames in again.
-- KEYS: 1 counts
-- ARGV: 1 token of whoever barred; "" = whoever it was  2 how old the bar has to be, ms
-- Returns: 1 where a bar was lifted, 0 where none stood, or another one, or one that is younger.
local token, at = string.match(redis.call('HGET', KEYS[1], 'barred') or '', '^(%S+) (%d+)$')
if not token or (ARGV[1] ~= '' and token ~= ARGV[1]) then
  return 0
end
local time = redis.call('TIME')
if math.abs(time[1] * 1000 + time[2] / 1000 - at) < tonumber(ARGV[2]) then
  return 0
end
return redis.call('HDEL', KEYS[1], 'barred')
