-- Grants credits out of the agents' token buckets, and of what is free of window and ceiling, which all share: what
-- core's freeTaps and grantCredits do, in one step. A process (holder) keeps what it was granted and has not spent under a lease, so that it comes back if it dies.
-- KEYS: 1 counts  2 held (hash: holder -> taps)  3 leases (sorted set: holder by end, ms)
--       4 shut (there while the server's memory is short)  5… per ask two of its agent's: bucket, count of its refused taps
-- ARGV: 1 holder  2 taps that it holds now  3 length of its lease (ms)  4 window (taps)  5 taps per second
--       6 burst (taps)  7 taps of the window that 'some' leaves to others  8 ceiling of the buffer (bytes)
--       9 part of it that is kept for what stages make of segments (bytes)  10 usual size of a tap (bytes)
--       11 what an agent's refused taps may count in a day at once
--       12 what they may count beyond that in its course, evenly  13… per ask "<some|all|rate> <taps>"
-- Time is Redis's own, so that all processes count by one clock.
-- Returns: { holders, then per ask: taps granted, ms until its bucket or its quota has enough (0 where that is not what it lacks),
--   1 where it is its quota that is spent, else 0 }.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for _, holder in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('HDEL', KEYS[2], holder)
  redis.call('ZREM', KEYS[3], holder)
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], now + ARGV[3], ARGV[1])
local counts = redis.call('HMGET', KEYS[1], 'buffered', 'frames', 'results')
local buffered, frames = math.max(0, tonumber(counts[1] or '0')), math.max(0, tonumber(counts[2] or '0'))
local room = math.max(0, ARGV[8] - frames - math.max(tonumber(ARGV[9]), tonumber(counts[3] or '0')))
local size = math.max(tonumber(ARGV[10]), buffered > 0 and frames / buffered or 0)
local free = math.min(ARGV[4] - buffered, math.floor(room / size))
for _, held in ipairs(redis.call('HVALS', KEYS[2])) do
  free = free - held
end
free = redis.call('EXISTS', KEYS[4]) == 1 and 0 or math.max(0, free)
local rate, burst, reserved = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local asks, sharers = {}, 0
local day = 86400000
local ofDay = now % day
for i = 13, #ARGV do
  local kind, taps = ARGV[i]:match('^(%l+) (%d+)$')
  local ask = { kind = kind, taps = tonumber(taps), bucket = KEYS[2 * i - 21], spentMs = 0 }
  local refused = KEYS[2 * i - 20]
  -- One that is no number, which only a stranger can have written, counts nothing: it must not end everybody's grants.
  local over = kind ~= 'rate' and (tonumber(redis.pcall('GET', refused)) or 0) - ARGV[11] or -1
  if over >= 0 and over >= ARGV[12] * ofDay / day then
    local freeMs = math.floor(over / ARGV[12] * day - ofDay) + 1
    ask.spentMs = math.max(1, math.min(freeMs, redis.call('PTTL', refused)))
  end
  asks[i - 12] = ask
  sharers = sharers + (kind == 'some' and ask.spentMs == 0 and 1 or 0)
end
local answer, granted = { redis.call('HLEN', KEYS[2]) }, 0
for i, ask in ipairs(asks) do
  local bucket = redis.call('HMGET', ask.bucket, 'tokens', 'at')
  local tokens = burst
  if bucket[1] then
    tokens = math.min(burst, bucket[1] + math.max(0, now - bucket[2]) / 1000 * rate)
  end
  local taps = 0
  if ask.kind == 'some' and ask.spentMs == 0 then
    local share = math.ceil(math.max(0, free - reserved) / sharers)
    sharers = sharers - 1
    taps = math.min(ask.taps, math.floor(tokens), share)
  elseif ask.kind ~= 'some' and ask.spentMs == 0 and tokens >= ask.taps and (ask.kind == 'rate' or free >= ask.taps) then
    taps = ask.taps
  end
  if ask.kind ~= 'rate' then
    free = free - taps
    granted = granted + taps
  end
  local missing = (ask.kind == 'some' and 1 or ask.taps) - tokens
  if taps > 0 then
    redis.call('HSET', ask.bucket, 'tokens', string.format('%.3f', tokens - taps), 'at', string.format('%.0f', now))
    -- By then it is full again, which is what a missing one is.
    redis.call('PEXPIRE', ask.bucket, math.ceil(burst / rate * 1000))
  end
  answer[#answer + 1] = taps
  local waitMs = (taps > 0 or missing <= 0) and 0 or math.ceil(missing / rate * 1000)
  answer[#answer + 1] = ask.spentMs > 0 and ask.spentMs or waitMs
  answer[#answer + 1] = ask.spentMs > 0 and 1 or 0
end
if granted > 0 then
  redis.call('HINCRBY', KEYS[2], ARGV[1], granted)
end
return answer
