-- Counts a segment's refused taps against the quotas of their agents; once for each segment, however often it is called.
-- KEYS: 1 the segment  2… count of each agent, each once
-- ARGV: 1 quota of a day  2… per agent: its id, what its refused taps count
-- A day is one of UTC by Redis's own clock. A count ends with its day.
-- What lies in Redis may have been written by somebody else: of what the segment remembers, only agents that it was asked about are
-- told, each once, and a count that is no number of ours begins anew.
-- Returns: ids of the agents whose quota this segment has spent; none where the segment has ended.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {}
end
local spent = {}
local known = redis.call('HGET', KEYS[1], 'spent')
if known then
  local named = {}
  for agent in known:gmatch('%S+') do
    named[agent] = true
  end
  for i = 2, #KEYS do
    local agent = ARGV[2 * i - 2]
    if named[agent] then
      spent[#spent + 1] = agent
    end
  end
  return spent
end
local quota, day = tonumber(ARGV[1]), 86400000
local clock = redis.call('TIME')
local ends = (math.floor(clock[1] * 1000 / day) + 1) * day
for i = 2, #KEYS do
  local agent, counts = ARGV[2 * i - 2], tonumber(ARGV[2 * i - 1])
  local held = redis.pcall('GET', KEYS[i])
  if not (type(held) == 'string' and #held <= 15 and held:match('^[1-9]%d*$')) then
    redis.call('DEL', KEYS[i])
  end
  local sum = redis.call('INCRBY', KEYS[i], counts)
  redis.call('PEXPIREAT', KEYS[i], string.format('%.0f', ends))
  if sum >= quota and sum - counts < quota then
    spent[#spent + 1] = agent
  end
end
redis.call('HSET', KEYS[1], 'spent', table.concat(spent, ' '))
return spent
