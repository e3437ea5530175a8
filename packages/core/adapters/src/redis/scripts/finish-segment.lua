-- Ends a segment: hands out its receipts, and those that waited for it, and forgets its bytes.
-- KEYS: 1 segment  2 sealed  3 open  4 frames  5 counts  6 waiting list of this segment
--       7 preparing  8 failing  9 telemetry deltas, only where one is told
-- ARGV: 1 segment id  2 prefix of receipt streams  3 channel  4 prefix of waiting lists  5 prefix of segments
--       6 time to live of receipts (ms)  7 most receipts kept per agent  8 telemetry delta of the end (JSON) or ""
--       9 most deltas kept  10 number of entries, then entry ids, then per receipt: agent, segment it waits for or "", packed receipt
-- Receipt streams, waiting lists and other segments share the partition's hash tag.
-- Returns: 1, or 0 where the segment had ended before.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local function give(agent, json)
  local key = ARGV[2] .. agent
  redis.call('XADD', key, 'MAXLEN', '~', ARGV[7], '*', 'p', json)
  redis.call('PEXPIRE', key, ARGV[6])
  redis.call('PUBLISH', ARGV[3], agent)
end
local held = redis.call('HMGET', KEYS[1], 'taps', 'bytes', 'results')
local entries = tonumber(ARGV[10])
for i = 11, 10 + entries do
  redis.call('XDEL', KEYS[4], ARGV[i])
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('SREM', KEYS[7], ARGV[1])
redis.call('SREM', KEYS[8], ARGV[1])
redis.call('HINCRBY', KEYS[5], 'buffered', 0 - held[1])
redis.call('HINCRBY', KEYS[5], 'frames', 0 - (held[2] or 0))
redis.call('HINCRBY', KEYS[5], 'results', 0 - (held[3] or 0))
for i = 11 + entries, #ARGV, 3 do
  local other = ARGV[i + 1]
  if other ~= '' and redis.call('EXISTS', ARGV[5] .. other) == 1 then
    redis.call('RPUSH', ARGV[4] .. other, ARGV[i], ARGV[i + 2])
  else
    give(ARGV[i], ARGV[i + 2])
  end
end
local waiting = redis.call('LRANGE', KEYS[6], 0, -1)
for i = 1, #waiting, 2 do
  give(waiting[i], waiting[i + 1])
end
redis.call('DEL', KEYS[6])
if ARGV[8] ~= '' then
  redis.call('XADD', KEYS[9], 'MAXLEN', '~', ARGV[9], '*', 'j', ARGV[8])
end
redis.call('PUBLISH', ARGV[3], '')
return 1
