-- Decides for each tap whether its sequence number is new for its (tracker, epoch), and claims it if so.
-- KEYS: 1 generation  2… one hash per (tracker, epoch), each once
-- ARGV: 1 segment id  2 'ask' or 'new'  3 time to live of a tracker that nobody claims of (ms)
--       4 generation in which the segment was cut  5… per hash its taps, each "<seq> <digest> <owner> <highest> <version>;": sequence number, digest (hex),
--       owner ("agent/epoch/seq"), the highest sequence number that the archive's index holds, and the version at
--       the time of asking ("-" in mode 'ask')
-- Mode 'ask' does not decide what Redis alone cannot know: at or below the highest number ever claimed (hw),
-- or where hw is unknown, only the archive's index knows. Mode 'new' is called after the index was asked and
-- did not hold the taps; where another segment has claimed of the same tracker since (version v moved), it
-- says 'ask' again, so that a tap archived in between is not claimed twice.
-- Returns: per tap, in the order given, "new", "ask <version>", or the record that stands:
-- "<digest> <segment> <owner>"; an error reply NOGENERATION where the buffer is not in that life any more: a claim
-- of a segment that was lost would stand for ever, and its taps, sent again, would wait for it.
if redis.call('GET', KEYS[1]) ~= ARGV[4] then
  return redis.error_reply('NOGENERATION the segment was lost with the buffer')
end
local answers = {}
for i = 2, #KEYS do
  local key = KEYS[i]
  local taps, fields = {}, { 'hw', 'v' }
  for seq, digest, owner, highest, asked in ARGV[i + 3]:gmatch('(%S+) (%S+) (%S+) (%S+) ([^;]+);') do
    taps[#taps + 1] = { seq = seq, digest = digest, owner = owner, highest = tonumber(highest), asked = asked }
    fields[#fields + 1] = seq
  end
  local standing = redis.call('HMGET', key, unpack(fields))
  local hw, version = standing[1] and tonumber(standing[1]), standing[2] or '0'
  local top = hw or 0
  local claimed, writes = {}, {}
  for j, tap in ipairs(taps) do
    local record = claimed[tap.seq] or standing[j + 2]
    if record then
      answers[#answers + 1] = record
    elseif (hw and tonumber(tap.seq) > hw) or (ARGV[2] == 'new' and tap.asked == version) then
      record = tap.digest .. ' ' .. ARGV[1] .. ' ' .. tap.owner
      claimed[tap.seq] = record
      writes[#writes + 1] = tap.seq
      writes[#writes + 1] = record
      top = math.max(top, tonumber(tap.seq), tap.highest)
      answers[#answers + 1] = 'new'
    else
      answers[#answers + 1] = 'ask ' .. version
    end
  end
  if #writes > 0 then
    redis.call('HSET', key, 'hw', string.format('%.0f', top), 'v', string.format('%.0f', version + 1), unpack(writes))
  end
  redis.call('PEXPIRE', key, ARGV[3])
end
return answers
