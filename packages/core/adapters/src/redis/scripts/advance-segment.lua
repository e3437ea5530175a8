-- Keeps a stage's result and moves the segment to its next stage; the first writer wins.
-- KEYS: 1 segment  2 hash that takes the result  3 preparing  4 channel  5 counts
-- ARGV: 1 segment id  2 stage it must stand in  3 next stage  4… field, value, …
-- From transfer on it no longer keeps the next cut waiting, which the channel tells.
-- A life that is bound to a history of Redis's data (`@` and the beginning of its master_replid) stands in that one alone: a replica that
-- became the master may lack what others have acted on.
-- Returns: 1 where it moved, 0 where it had already moved on or has ended; an error reply NOGENERATION where its life is over.
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[2] then
  return 0
end
local generation = redis.call('HGET', KEYS[1], 'generation')
local history = generation and generation:match('@(%x+)$')
if history and not redis.call('INFO', 'replication'):find('master_replid:' .. history, 1, true) then
  return redis.error_reply('NOGENERATION the life of the buffer is of a master before this one')
end
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('HSET', KEYS[1], 'stage', ARGV[3])
local bytes = 0
for i = 5, #ARGV, 2 do
  bytes = bytes + #ARGV[i]
end
redis.call('HINCRBY', KEYS[1], 'results', bytes)
redis.call('HINCRBY', KEYS[5], 'results', bytes)
if ARGV[3] == 'transfer' then
  redis.call('SREM', KEYS[3], ARGV[1])
  redis.call('PUBLISH', KEYS[4], '')
end
return 1
