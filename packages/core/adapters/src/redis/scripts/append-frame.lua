-- Takes one frame of taps into the buffer.
-- KEYS: 1 generation  2 frames  3 uncut  4 counts
-- ARGV: 1 taps (count)  2 bytes  3 frame
-- Returns: { generation, taps now buffered }; an error reply NOGENERATION where the buffer was lost and has
-- not been declared anew, so that nothing is taken before the archive was reconciled.
local generation = redis.call('GET', KEYS[1])
if not generation then
  return redis.error_reply('NOGENERATION the buffer has no generation')
end
local id = redis.call('XADD', KEYS[2], '*', 'd', ARGV[3])
redis.call('RPUSH', KEYS[3], id .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return { generation, redis.call('HINCRBY', KEYS[4], 'buffered', ARGV[1]) }
