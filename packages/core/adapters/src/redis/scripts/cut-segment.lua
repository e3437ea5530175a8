-- Cuts what is there into one segment, unless enough segments are open already.
-- KEYS: 1 generation  2 uncut  3 open  4 segment
-- ARGV: 1 segment id  2 most taps  3 most bytes  4 most open segments  5 now (epoch ms)
-- Returns: { first entry, last entry, taps } or nil where nothing was cut; an error reply NOGENERATION as in
-- append-frame. A frame is never split, so one frame may overshoot the bounds when it is alone.
local generation = redis.call('GET', KEYS[1])
if not generation then
  return redis.error_reply('NOGENERATION the buffer has no generation')
end
if redis.call('SCARD', KEYS[3]) >= tonumber(ARGV[4]) then
  return nil
end
local first, last
local taps, bytes = 0, 0
while true do
  local head = redis.call('LINDEX', KEYS[2], 0)
  if not head then
    break
  end
  local id, n, b = head:match('^(%S+) (%d+) (%d+)$')
  n, b = tonumber(n), tonumber(b)
  if first and (taps + n > tonumber(ARGV[2]) or bytes + b > tonumber(ARGV[3])) then
    break
  end
  redis.call('LPOP', KEYS[2])
  first = first or id
  last = id
  taps = taps + n
  bytes = bytes + b
end
if not first then
  return nil
end
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('HSET', KEYS[4], 'id', ARGV[1], 'generation', generation, 'stage', 'validation', 'firstEntry', first,
  'lastEntry', last, 'taps', taps, 'cutAtEpochMs', ARGV[5])
return { first, last, taps }
