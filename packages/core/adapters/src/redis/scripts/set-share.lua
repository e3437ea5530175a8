-- Says which share of a stage goes to green from now on. Where one colour gets nothing any more, what is open and has not come
-- through the stage goes to the other one, too.
-- KEYS: 1 shares  2 open
-- ARGV: 1 stage  2 share of green (percent)  3 fence  4 its new entry (JSON)  5 prefix of segments
-- Returns: ids of the segments that stand in the stage and were given to the other colour; an error reply FENCED where somebody
-- with a higher fence has said so before.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known).fence > tonumber(ARGV[3]) then
  return redis.error_reply('FENCED a newer lease has set the share')
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
local green = tonumber(ARGV[2])
local moved = {}
if green > 0 and green < 100 then
  return moved
end
local colour = green == 0 and 'blue' or 'green'
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local fields = redis.call('HMGET', ARGV[5] .. id, 'routes', 'stage')
  local routes = fields[1] and cjson.decode(fields[1]) or {}
  local route = routes[ARGV[1]]
  if fields[2] and (route and route.colour or 'blue') ~= colour then
    route = route or {}
    route.colour = colour
    route.both = false
    routes[ARGV[1]] = route
    redis.call('HSET', ARGV[5] .. id, 'routes', cjson.encode(routes))
    if fields[2] == ARGV[1] then
      moved[#moved + 1] = id
    end
  end
end
return moved
