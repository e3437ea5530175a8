-- Says what is in the buffer, and since when, without handing out the frames.
-- KEYS: 1 frames  2 counts
-- Returns: { taps taken and not yet ended, bytes of frames, bytes of what stages made, id of the oldest frame or false }.
local counts = redis.call('HMGET', KEYS[2], 'buffered', 'frames', 'results')
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
return { counts[1] or '0', counts[2] or '0', counts[3] or '0', oldest and oldest[1] or false }
