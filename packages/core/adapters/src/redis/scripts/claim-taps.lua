-- Decides for each tap whether its sequence number is new for its tracker, and claims it if so. One atomic step for a whole
-- segment; what Redis alone can decide is decided here without a lease.
-- KEYS: 1 generation  2 fence (counter of tokens)  3 the segment  4… one hash per tracker, each once
-- ARGV: 1 segment id  2 time to live of a tracker that nobody claims of (ms)  3 generation in which the segment was cut
--       4 length of a lease (ms)  5 new taps per hour that a tracker may bring  6 how many it may bring at once
--       7… per hash two: "" or "<token> <epoch> <highest> …", the lease that the caller holds and per epoch the highest number
--       that the archive's index holds; its taps "<epoch> <seq> <digest> <owner>;…", owner "agent/epoch/seq"
-- Fields of a tracker's hash: hw:<epoch> highest number known; <epoch>:<seq> record "<digest> <segment> <owner>";
--       lease "<token> <end, ms>"; rate "<tokens> <when, ms>".
-- At or below hw, or where hw is not known, only the archive's index knows. Then the tracker is leased to the caller, who asks
-- the index and comes again with the token, what the index does not hold, and the highest number; that gives the lease back.
-- Until then nobody else changes the tracker. A token that does not stand any more counts as none. Time is Redis's own.
-- Once another attempt's verdicts are kept nothing more is claimed for the segment: its end would not know of it, so that it
-- would stand for ever, and other copies of the tap would be called duplicates of what is in no archive.
-- Returns: per tap, in the order given, "new", "rate <ms>" (over its rate; ms until it may bring one), "ask <token>",
-- "busy <ms>" (leased to somebody else for so long), "over" (the segment has its verdicts), or the record that stands; an
-- error reply NOGENERATION where the buffer is not in that life any more: a claim of a segment that was lost would stand, and
-- its taps, sent again, would wait.
if redis.call('GET', KEYS[1]) ~= ARGV[3] then
  return redis.error_reply('NOGENERATION the segment was lost with the buffer')
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local perMs, burst = ARGV[5] / 3600000, tonumber(ARGV[6])
local over = redis.call('HGET', KEYS[3], 'stage') ~= 'validation'
local whole = '%.0f'
local answers, fresh = {}, nil
for i = 4, #KEYS do
  local key, head = KEYS[i], ARGV[2 * i - 1]
  local taps, fields, at = {}, { 'lease', 'rate' }, {}
  for epoch, seq, digest, owner in ARGV[2 * i]:gmatch('(%S+) (%S+) (%S+) ([^;]+);') do
    if not at[epoch] then
      fields[#fields + 1] = 'hw:' .. epoch
      at[epoch] = #fields
    end
    fields[#fields + 1] = epoch .. ':' .. seq
    taps[#taps + 1] = { epoch = epoch, seq = tonumber(seq), field = #fields, digest = digest, owner = owner }
  end
  local token = head:match('^%S+')
  for epoch in head:gmatch(' (%S+) %S+') do
    if not at[epoch] then
      fields[#fields + 1] = 'hw:' .. epoch
      at[epoch] = #fields
    end
  end
  local standing = redis.call('HMGET', key, unpack(fields))
  local holder, leased = nil, 0
  if standing[1] then
    holder, leased = standing[1]:match('^(%S+) (%S+)$')
    leased = leased - now
  end
  local mine = token ~= nil and leased > 0 and holder == token
  local busy = leased > 0 and not mine
  local tokens = burst
  if standing[2] then
    local had, when = standing[2]:match('^(%S+) (%S+)$')
    tokens = math.min(burst, had + math.max(0, now - when) * perMs)
  end
  local known, top = {}, {}
  for epoch, field in pairs(at) do
    if standing[field] then
      known[epoch] = tonumber(standing[field])
      top[epoch] = known[epoch]
    end
  end
  if mine then
    for epoch, highest in head:gmatch(' (%S+) (%S+)') do
      top[epoch] = math.max(top[epoch] or 0, tonumber(highest))
    end
  end
  local asks, spent, writes, claimed = false, 0, {}, {}
  for _, tap in ipairs(taps) do
    local record = claimed[fields[tap.field]] or standing[tap.field]
    local hw = known[tap.epoch]
    if record then
      answers[#answers + 1] = record
    elseif over then
      answers[#answers + 1] = 'over'
    elseif busy then
      answers[#answers + 1] = 'busy ' .. leased
    elseif not mine and not (hw and tap.seq > hw) then
      fresh = fresh or string.format(whole, redis.call('INCR', KEYS[2]))
      asks = true
      answers[#answers + 1] = 'ask ' .. fresh
    elseif tokens < 1 then
      answers[#answers + 1] = 'rate ' .. math.ceil((1 - tokens) / perMs)
    else
      record = tap.digest .. ' ' .. ARGV[1] .. ' ' .. tap.owner
      claimed[fields[tap.field]] = record
      writes[#writes + 1] = fields[tap.field]
      writes[#writes + 1] = record
      top[tap.epoch] = math.max(top[tap.epoch] or 0, tap.seq)
      tokens = tokens - 1
      spent = spent + 1
      answers[#answers + 1] = 'new'
    end
  end
  if spent > 0 or mine then
    for epoch, highest in pairs(top) do
      writes[#writes + 1] = 'hw:' .. epoch
      writes[#writes + 1] = string.format(whole, highest)
    end
  end
  if spent > 0 then
    writes[#writes + 1] = 'rate'
    writes[#writes + 1] = string.format('%.3f %.0f', tokens, now)
  end
  if asks then
    writes[#writes + 1] = 'lease'
    writes[#writes + 1] = fresh .. string.format(' %.0f', now + ARGV[4])
  elseif standing[1] and not busy then
    redis.call('HDEL', key, 'lease')
  end
  if #writes > 0 then
    redis.call('HSET', key, unpack(writes))
  end
  redis.call('PEXPIRE', key, ARGV[2])
end
return answers
