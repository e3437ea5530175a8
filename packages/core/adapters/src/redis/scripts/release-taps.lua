-- Forgets records of taps whose segment has ended: the archive's index knows them now.
-- KEYS: one hash per tracker, each once
-- ARGV: 1 segment id  2… per key "<epoch>:<seq>" of each tap, with one space between
-- Returns: records forgotten.
local forgotten = 0
for i = 1, #KEYS do
  local taps = {}
  for tap in ARGV[i + 1]:gmatch('%S+') do
    taps[#taps + 1] = tap
  end
  local gone = {}
  for j, record in ipairs(redis.call('HMGET', KEYS[i], unpack(taps))) do
    if record and record:match('^%S+ (%S+) ') == ARGV[1] then
      gone[#gone + 1] = taps[j]
    end
  end
  if #gone > 0 then
    forgotten = forgotten + redis.call('HDEL', KEYS[i], unpack(gone))
  end
end
return forgotten
