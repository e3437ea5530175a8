-- Forgets a life of the buffer, whole: frames, segments with all that stages made of them, receipts that wait.
-- KEYS: 1 generation  2 open  3 channel  4… what else goes with it
-- ARGV: 1 generation that ends  2 prefix of segments  3 prefix of sealed forms  4 prefix of waiting lists
-- Segments, sealed forms and waiting lists share the partition's hash tag. Receipts that were handed out stay: they are true.
-- Returns: 1, or 0 where the buffer is not in that life any more.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  redis.call('UNLINK', ARGV[2] .. id, ARGV[3] .. id, ARGV[4] .. id)
end
redis.call('UNLINK', KEYS[1], KEYS[2], unpack(KEYS, 4))
redis.call('PUBLISH', KEYS[3], '')
return 1
