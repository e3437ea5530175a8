-- Says whose taps are in frames, without handing out the frames.
-- KEYS: 1 frames
-- ARGV: 1 where to begin, as XRANGE takes it  2 frames at most
-- Returns: for each frame its id, and whose taps it holds ("" where whoever took it did not say).
local answer = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local runs = ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'w' then
      runs = entry[2][i + 1]
    end
  end
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = runs
end
return answer
