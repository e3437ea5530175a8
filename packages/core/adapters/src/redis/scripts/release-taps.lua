-- Forgets records of taps whose segment has ended: the archive's index knows them now.
-- KEYS: one tracker hash per tap
-- ARGV: 1 segment id  2 time to live of a tracker with nothing in flight (ms)  3… per tap: seq
-- Returns: records forgotten.
local forgotten = 0
for i = 1, #KEYS do
  local seq = ARGV[2 + i]
  local record = redis.call('HGET', KEYS[i], seq)
  if record and record:match('^%S+ (%S+) ') == ARGV[1] then
    forgotten = forgotten + redis.call('HDEL', KEYS[i], seq)
  end
  if redis.call('HLEN', KEYS[i]) <= 2 then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end
return forgotten
