-- Takes back a sealed form that is not the one that was kept, and moves the segment back to encryption.
-- KEYS: 1 segment  2 sealed  3 counts
-- ARGV: 1-3 SHA-1 of the object, manifest and signature that are not to be there (hexadecimal)
-- Whoever read an earlier form takes no later one back: the digests must be those of what is there.
-- Returns: how often this was done for the segment, 0 where it was not.
if redis.call('HGET', KEYS[1], 'stage') ~= 'transfer' then
  return 0
end
local parts = redis.call('HMGET', KEYS[2], 'object', 'manifest', 'signature')
local bytes = 0
for i = 1, 3 do
  if not parts[i] or redis.sha1hex(parts[i]) ~= ARGV[i] then
    return 0
  end
  bytes = bytes + #parts[i]
end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'stage', 'encryption')
redis.call('HINCRBY', KEYS[1], 'results', 0 - bytes)
redis.call('HINCRBY', KEYS[3], 'results', 0 - bytes)
return redis.call('HINCRBY', KEYS[1], 'discarded', 1)
