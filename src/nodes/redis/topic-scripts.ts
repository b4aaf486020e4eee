import type { Script } from '../../stores/shared-store.js';

// Keys of all scripts: meta, stream, values, ends. The first argument is an epoch for a topic that has none, the second and
// third say where subscribers are told: the command and the channel.
const TOPIC = `local meta, stream, values, ends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local at = redis.call('HMGET', meta, 'epoch', 'offset', 'tag')
local epoch, offset, tag = at[1], tonumber(at[2]), at[3]
if not epoch then
  epoch, offset, tag = ARGV[1], 0, ''
  redis.call('DEL', stream, values, ends)
  redis.call('HSET', meta, 'epoch', epoch, 'offset', 0, 'tag', '')
  redis.call('PEXPIRE', meta, 3600000)
end
local function tell(message) redis.call(ARGV[2], ARGV[3], message) end
local function append(history, mark, key, value)
  local before = tag
  offset = offset + 1
  tag = string.sub(redis.sha1hex(mark), 1, 8)
  local id = string.format('%.0f-1', offset)
  if value then
    redis.call('XADD', stream, 'MAXLEN', history, id, 'key', key, 'tag', tag, 'before', before, 'value', value)
  else
    redis.call('XADD', stream, 'MAXLEN', history, id, 'key', key, 'tag', tag, 'before', before)
  end
end
local function save() redis.call('HSET', meta, 'offset', string.format('%.0f', offset), 'tag', tag) end
local function position() return {epoch, string.format('%.0f', offset), tag} end
`;

// Keys of keyed topics whose time has come. A topic is never looked at by Redis itself: readers and publishers do it.
const LAPSE = `local function lapse(mark)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local over = redis.call('ZRANGEBYSCORE', ends, 0, now, 'LIMIT', 0, 100)
  if #over == 0 then return now end
  local history = redis.call('HGET', meta, 'history') or 1
  for i, key in ipairs(over) do
    append(history, mark .. ' lapse ' .. i, key, nil)
    redis.call('HDEL', values, key)
    redis.call('ZREM', ends, key)
  end
  save()
  tell('')
  return now
end
`;

/**
 * Arguments: epoch, command, channel, stamp, signature, history, ttl, most keys or nothing, expected epoch and offset or
 * nothing, milliseconds of the idempotency key; then key, `1` or `0` for a removal, value and time of each change. Further
 * key: that of the idempotency.
 */
export const PUBLISH: Script = {
  text: `${TOPIC}${LAPSE}
local function outcome(name) return {name, unpack(position())} end
if KEYS[5] then
  local known = redis.call('GET', KEYS[5])
  if known then return {'repeated', known} end
end
local now
if ARGV[8] ~= '' then now = lapse(ARGV[4]) end
if ARGV[9] ~= '' and (ARGV[9] ~= epoch or tonumber(ARGV[10]) ~= offset) then return outcome('conflict') end
if ARGV[8] ~= '' then
  local count = redis.call('HLEN', values)
  for i = 12, #ARGV, 4 do
    if ARGV[i + 1] == '1' and redis.call('HEXISTS', values, ARGV[i]) == 0 then count = count + 1 end
  end
  if count > tonumber(ARGV[8]) then return outcome('full') end
end
local from, before, told = offset + 1, tag, {}
for i = 12, #ARGV, 4 do
  local key, hasValue, value, ttl = ARGV[i], ARGV[i + 1] == '1', ARGV[i + 2], ARGV[i + 3]
  append(ARGV[6], ARGV[4] .. ' ' .. (i - 12) / 4, key, hasValue and value)
  if ARGV[8] ~= '' then
    if hasValue then redis.call('HSET', values, key, value) else redis.call('HDEL', values, key) end
    if ttl ~= '' then redis.call('ZADD', ends, now + ttl, key) else redis.call('ZREM', ends, key) end
  end
  told[#told + 1] = #key .. ' ' .. (hasValue and #value or '-') .. '\\n' .. key .. value
end
redis.call('HSET', meta, 'offset', string.format('%.0f', offset), 'tag', tag, 'history', ARGV[6])
local ttl = tonumber(ARGV[7])
local function keep(key)
  local left = redis.call('PTTL', key)
  if left < ttl or left > 2 * ttl then redis.call('PEXPIRE', key, ttl + math.ceil(ttl / 8)) end
end
keep(meta)
keep(stream)
if ARGV[8] ~= '' then
  keep(values)
  keep(ends)
end
tell(epoch .. '\\n' .. string.format('%.0f', from) .. '\\n' .. before .. '\\n' .. ARGV[4] .. '\\n' .. ARGV[5] .. '\\n' .. table.concat(told))
if KEYS[5] then redis.call('SET', KEYS[5], table.concat(position(), '-'), 'PX', ARGV[11]) end
return outcome('published')`,
};

/** Arguments: epoch, command, channel, mark of lapsed keys, `1` for a keyed topic, offset or nothing, `1` for the state. */
export const READ: Script = {
  text: `${TOPIC}${LAPSE}
if ARGV[5] == '1' then lapse(ARGV[4]) end
local changes, state = {}, {}
if ARGV[6] ~= '' then changes = redis.call('XRANGE', stream, '(' .. ARGV[6] .. '-1', '+') end
if ARGV[7] == '1' then
  if ARGV[5] == '1' then state = redis.call('HGETALL', values)
  else
    local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
    if last[1] then state = {'', last[1][2][8]} end
  end
end
return {position(), changes, state}`,
};

/** Arguments: epoch, command, channel, epoch, offset and tag of a position. */
export const FORK: Script = {
  text: `${TOPIC}
if epoch ~= ARGV[4] then return 0 end
local known = tonumber(ARGV[5])
local isPart = known < offset or (known == offset and tag == ARGV[6])
if known < offset then
  local id = string.format('%.0f-1', known + 1)
  local following = redis.call('XRANGE', stream, id, id)[1]
  isPart = not following or following[2][6] == ARGV[6]
end
if isPart then return 0 end
redis.call('HSET', meta, 'epoch', ARGV[1])
tell('')
return 1`,
};

/** Arguments: epoch, command, channel. */
export const DELETE: Script = {
  text: `${TOPIC}
local wasThere = offset > 0 and 1 or 0
redis.call('DEL', stream, values, ends)
redis.call('HSET', meta, 'epoch', ARGV[1], 'offset', 0, 'tag', '')
tell('')
return wasThere`,
};
