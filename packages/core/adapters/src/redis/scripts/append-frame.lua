-- Takes one frame of taps into the buffer.
-- KEYS: 1 generation  2 frames  3 uncut  4 counts  5 held (credits by process), only where it shares the slot
-- ARGV: 1 taps (count)  2 bytes  3 frame  4 process that was granted the taps
--       5 ceiling of the buffer (bytes)  6 part of it that is kept for what stages make of segments (bytes)  7 channel
--       8 whose taps they are (tap-runs.ts of @tapline/core/buffer)
-- From here on the taps count as buffered, so in the same step they no longer count as granted; where held is elsewhere, the
-- process says at its next ask what it holds, and until then they count as both.
-- Returns: the generation; an error reply NOGENERATION where the buffer was lost and has
-- not been declared anew, so that nothing is taken before the archive was reconciled; BARRED while somebody looks who
-- holds what a flush would forget; or FULL where the frame does not fit below the ceiling.
local generation = redis.call('GET', KEYS[1])
if not generation then
  return redis.error_reply('NOGENERATION the buffer has no generation')
end
local counts = redis.call('HMGET', KEYS[4], 'frames', 'results', 'barred')
if counts[3] then
  return redis.error_reply('BARRED the buffer is looked at before it is flushed')
end
local results = math.max(tonumber(ARGV[6]), tonumber(counts[2] or '0'))
if (counts[1] or 0) + ARGV[2] + results > tonumber(ARGV[5]) then
  return redis.error_reply('FULL the buffer has reached its ceiling')
end
local id = redis.call('XADD', KEYS[2], '*', 'd', ARGV[3], 'w', ARGV[8])
-- Where frames lie there already, whoever cuts knows of them.
if redis.call('RPUSH', KEYS[3], id .. ' ' .. ARGV[1] .. ' ' .. ARGV[2]) == 1 then
  redis.call('PUBLISH', ARGV[7], '')
end
local held = KEYS[5] and redis.call('HGET', KEYS[5], ARGV[4])
if held then
  redis.call('HSET', KEYS[5], ARGV[4], math.max(0, held - ARGV[1]))
end
redis.call('HINCRBY', KEYS[4], 'buffered', ARGV[1])
redis.call('HINCRBY', KEYS[4], 'frames', ARGV[2])
return generation
