-- Forgets records of taps whose segment has ended: the archive's index knows them now.
-- KEYS: one hash per (tracker, epoch), each once
-- ARGV: 1 segment id  2… per key the sequence numbers, with one space between
-- Returns: records forgotten.
local forgotten = 0
for i = 1, #KEYS do
  local seqs = {}
  for seq in ARGV[i + 1]:gmatch('%S+') do
    seqs[#seqs + 1] = seq
  end
  local gone = {}
  for j, record in ipairs(redis.call('HMGET', KEYS[i], unpack(seqs))) do
    if record and record:match('^%S+ (%S+) ') == ARGV[1] then
      gone[#gone + 1] = seqs[j]
    end
  end
  if #gone > 0 then
    forgotten = forgotten + redis.call('HDEL', KEYS[i], unpack(gone))
  end
end
return forgotten
