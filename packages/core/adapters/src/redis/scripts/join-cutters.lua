-- A process that cuts segments gives a sign of life. What has given none is forgotten.
-- KEYS: 1 cutters (sorted set: process by the end of its lease, ms)
-- ARGV: 1 process  2 length of its lease (ms)
-- Time is Redis's own, so that all processes count by one clock.
-- Returns: the processes that live, this one among them.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
