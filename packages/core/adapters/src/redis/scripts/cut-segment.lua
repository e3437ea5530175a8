-- Cuts what is there into one segment, if the stages behind are free for it: a full one is cut while few enough
-- are on their way, one that is not full only while fewer are, so that under load segments fill instead. Segments
-- of which an attempt has failed hold up no others, until as many as may be open at all are of that kind.
-- Each stage goes to the colour that the segment's draw falls to by the present shares.
-- KEYS: 1 generation  2 uncut  3 open  4 preparing  5 failing  6 segment  7 shares
-- ARGV: 1 segment id  2 most taps  3 most bytes  4 most open segments  5 most of them before transfer
--       6 from how many open segments on only full ones are cut  7 now (epoch ms)
--       8 generation in which alone it may be cut, or ""
--       9… stage, draw of its colour, draw of being done by both (0-99)
-- A life that is bound to a history of Redis's data (`@` and the beginning of its master_replid) stands in that one alone: a replica that
-- became the master may lack what others have acted on.
-- Returns: { first entry, last entry, taps, routes (JSON) or "" } or nil where nothing was cut; an error reply NOGENERATION as in
-- append-frame. A frame is never split, so one frame may overshoot the bounds when it is alone.
local generation = redis.call('GET', KEYS[1])
if not generation or (ARGV[8] ~= '' and generation ~= ARGV[8]) then
  return redis.error_reply('NOGENERATION the buffer has no generation, or another one by now')
end
local history = generation:match('@(%x+)$')
if history and not redis.call('INFO', 'replication'):find('master_replid:' .. history, 1, true) then
  return redis.error_reply('NOGENERATION the life of the buffer is of a master before this one')
end
if redis.call('SCARD', KEYS[3]) >= tonumber(ARGV[4]) or redis.call('SCARD', KEYS[4]) >= tonumber(ARGV[5]) then
  return nil
end
local first, last
local taps, bytes, frames = 0, 0, 0
local full = false
for _, head in ipairs(redis.call('LRANGE', KEYS[2], 0, ARGV[2] - 1)) do
  local id, n, b = head:match('^(%S+) (%d+) (%d+)$')
  n, b = tonumber(n), tonumber(b)
  if first and (taps + n > tonumber(ARGV[2]) or bytes + b > tonumber(ARGV[3])) then
    full = true
    break
  end
  first = first or id
  last = id
  taps = taps + n
  bytes = bytes + b
  frames = frames + 1
end
full = full or taps >= tonumber(ARGV[2]) or bytes >= tonumber(ARGV[3])
local moving = redis.call('SCARD', KEYS[3]) - redis.call('SCARD', KEYS[5])
if not first or (not full and moving >= tonumber(ARGV[6])) then
  return nil
end
redis.call('LTRIM', KEYS[2], frames, -1)
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('SADD', KEYS[4], ARGV[1])
redis.call('HSET', KEYS[6], 'id', ARGV[1], 'generation', generation, 'stage', 'validation', 'firstEntry', first,
  'lastEntry', last, 'taps', taps, 'bytes', bytes, 'cutAtEpochMs', ARGV[7])
local routes = {}
local routed = ''
for i = 9, #ARGV, 3 do
  local text = redis.call('HGET', KEYS[7], ARGV[i])
  local share = text and cjson.decode(text)
  if share and (share.green > 0 or share.watch) then
    local route = { colour = tonumber(ARGV[i + 1]) < share.green and 'green' or 'blue' }
    if share.watch then
      route.watch = share.watch
      route.target = share.target
      route.both = route.colour == share.target and tonumber(ARGV[i + 2]) < share.both
    end
    routes[ARGV[i]] = route
    routed = cjson.encode(routes)
  end
end
if routed ~= '' then
  redis.call('HSET', KEYS[6], 'routes', routed)
end
return { first, last, taps, routed }
