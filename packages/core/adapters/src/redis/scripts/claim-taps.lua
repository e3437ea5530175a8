-- Decides for each tap whether its sequence number is new for its (tracker, epoch), and claims it if so.
-- KEYS: one tracker hash per tap
-- ARGV: 1 segment id  2 'ask' or 'new'  3… per tap "<seq> <digest> <owner> <highest> <version>": sequence number,
--       digest (hex), owner ("agent/epoch/seq"), the highest sequence number that the archive's index holds, and
--       the version at the time of asking ("-" in mode 'ask')
-- Mode 'ask' does not decide what Redis alone cannot know: at or below the highest number ever claimed (hw),
-- or where hw is unknown, only the archive's index knows. Mode 'new' is called after the index was asked and
-- did not hold the taps; where another segment has claimed of the same tracker since (version v moved), it
-- says 'ask' again, so that a tap archived in between is not claimed twice.
-- Returns: per tap "new", "ask <version>", or the record that stands: "<digest> <segment> <owner>".
local answers = {}
local versions = {}
for i = 1, #KEYS do
  local key = KEYS[i]
  local seq, digest, owner, highest, asked = ARGV[i + 2]:match('^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  local standing = redis.call('HMGET', key, seq, 'hw', 'v')
  local record, hw, version = standing[1], standing[2], standing[3] or '0'
  versions[key] = versions[key] or version
  local above = hw and tonumber(seq) > tonumber(hw)
  if record then
    answers[i] = record
  elseif above or (ARGV[2] == 'new' and asked == versions[key]) then
    local top = math.max(tonumber(hw or '0'), tonumber(seq), tonumber(highest))
    redis.call('HSET', key, seq, digest .. ' ' .. ARGV[1] .. ' ' .. owner, 'hw', string.format('%.0f', top))
    redis.call('HINCRBY', key, 'v', 1)
    redis.call('PERSIST', key)
    answers[i] = 'new'
  else
    answers[i] = 'ask ' .. versions[key]
  end
end
return answers
