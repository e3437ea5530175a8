-- Counts a segment's refused taps against the quotas of their agents; once for each segment, however often it is called.
-- KEYS: 1 the segment  2… count of each agent, each once
-- ARGV: 1 quota of a day  2… per agent: its id, what its refused taps count
-- A day is one of UTC by Redis's own clock. A count ends with its day.
-- Returns: ids of the agents whose quota this segment has spent; none where the segment has ended.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {}
end
local spent = {}
local known = redis.call('HGET', KEYS[1], 'spent')
if known then
  for agent in known:gmatch('%S+') do
    spent[#spent + 1] = agent
  end
  return spent
end
local quota, day = tonumber(ARGV[1]), 86400000
local clock = redis.call('TIME')
local ends = (math.floor(clock[1] * 1000 / day) + 1) * day
for i = 2, #KEYS do
  local agent, counts = ARGV[2 * i - 2], tonumber(ARGV[2 * i - 1])
  local sum = redis.call('INCRBY', KEYS[i], counts)
  redis.call('PEXPIREAT', KEYS[i], string.format('%.0f', ends))
  if sum >= quota and sum - counts < quota then
    spent[#spent + 1] = agent
  end
end
redis.call('HSET', KEYS[1], 'spent', table.concat(spent, ' '))
return spent
