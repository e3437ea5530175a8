-- Lengthens leases of trackers, while who holds them asks the archive's index.
-- KEYS: one hash per tracker, each once
-- ARGV: 1 length of a lease from now on (ms)  2… per hash the token that the caller holds
-- A lease that has run out is not renewed, even where nobody took it: its end has been told to others.
-- Returns: how many of the leases stand.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local stand = 0
for i = 1, #KEYS do
  local lease = redis.call('HGET', KEYS[i], 'lease')
  local token, ends = (lease or ''):match('^(%S+) (%S+)$')
  if token == ARGV[i + 1] and tonumber(ends) > now then
    redis.call('HSET', KEYS[i], 'lease', token .. string.format(' %.0f', now + ARGV[1]))
    stand = stand + 1
  end
end
return stand
