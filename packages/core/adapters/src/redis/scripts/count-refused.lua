-- Counts a segment's refused taps against the quotas of their agents; once for each segment, however often it is called.
-- KEYS: 1 the segment  2… count of each agent, each once
-- ARGV: 1 quota of a day  2… per agent: its id, what its refused taps count, what they count where its quota was spent before
-- A day is one of UTC by Redis's own clock. A count ends with its day.
-- What lies in Redis may have been written by somebody else: of what the segment remembers, only agents that it was asked about are
-- told, each once, and a count that is no number of ours begins anew.
-- Returns: ids of the agents whose quota this segment has spent, and of those whose quota was spent before; none where the segment
-- has ended.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { {}, {} }
end
local function named(field)
  local names, asked = {}, {}
  for agent in (redis.call('HGET', KEYS[1], field) or ''):gmatch('%S+') do
    names[agent] = true
  end
  for i = 2, #KEYS do
    local agent = ARGV[3 * i - 4]
    if names[agent] then
      asked[#asked + 1] = agent
    end
  end
  return asked
end
if redis.call('HEXISTS', KEYS[1], 'spent') == 1 then
  return { named('spent'), named('over') }
end
local spent, over = {}, {}
local quota, day = tonumber(ARGV[1]), 86400000
local clock = redis.call('TIME')
local ends = (math.floor(clock[1] * 1000 / day) + 1) * day
for i = 2, #KEYS do
  local agent = ARGV[3 * i - 4]
  local held = redis.pcall('GET', KEYS[i])
  if not (type(held) == 'string' and #held <= 15 and held:match('^[1-9]%d*$')) then
    redis.call('DEL', KEYS[i])
    held = '0'
  end
  local isOver = tonumber(held) >= quota
  -- What brings it beyond the quota counts no more there than what comes behind it: a segment of large ones costs no hours.
  local counts = math.min(ARGV[3 * i - 3], math.max(quota - held, ARGV[3 * i - 2]))
  local sum = redis.call('INCRBY', KEYS[i], string.format('%.0f', counts))
  redis.call('PEXPIREAT', KEYS[i], string.format('%.0f', ends))
  if isOver then
    over[#over + 1] = agent
  elseif sum >= quota then
    spent[#spent + 1] = agent
  end
end
redis.call('HSET', KEYS[1], 'spent', table.concat(spent, ' '), 'over', table.concat(over, ' '))
return { spent, over }
