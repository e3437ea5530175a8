-- A process of the door says which ceiling of the buffer it keeps to. What a process that has ended said is forgotten.
-- KEYS: 1 ceilings (sorted set: "<bytes> <process>" by the end of its validity, ms)
-- ARGV: 1 process  2 ceiling (bytes)  3 how long that holds (ms)
-- Time is Redis's own, so that all processes count by one clock.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2] .. ' ' .. ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
