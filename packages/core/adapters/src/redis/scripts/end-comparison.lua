-- Has a stage of a segment done by whoever comes to it, though both colours were to do it: one of them does not come.
-- KEYS: 1 segment
-- ARGV: 1 stage
-- Returns: 1, or 0 where there is nothing to end.
local text = redis.call('HGET', KEYS[1], 'routes')
local routes = text and cjson.decode(text) or {}
if not routes[ARGV[1]] or not routes[ARGV[1]].both then
  return 0
end
routes[ARGV[1]].both = false
redis.call('HSET', KEYS[1], 'routes', cjson.encode(routes))
return 1
