import type { Script } from '../../stores/shared-store.js';

// Keys of all scripts: at, log, values, ends. `at` is a string with epoch, offset, tag, the time at which the other keys get a
// new end, and the length of the history: one command reads it, and one writes it with its end. The first three arguments are
// an epoch for a topic that has none, and the command and the channel by which the nodes are told.
const TOPIC = `local at = redis.call('GET', KEYS[1])
local epoch, offset, tag, renewAt, history
if at then
  epoch, offset, tag, renewAt, history = string.match(at, '^(%S+) (%d+) (%S*) (%d+) (%d+)$')
  offset, renewAt = tonumber(offset), tonumber(renewAt)
else
  epoch, offset, tag, renewAt, history = ARGV[1], 0, '', 0, '1'
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
end
local from, before = offset + 1, tag
`;

const APPEND = `offset = offset + 1
  local tagBefore = tag
  tag = newTag
  if value then
    redis.call('XADD', KEYS[2], 'MAXLEN', history, offset .. '-1', 'key', key, 'tag', tag, 'before', tagBefore, 'value', value)
  else
    redis.call('XADD', KEYS[2], 'MAXLEN', history, offset .. '-1', 'key', key, 'tag', tag, 'before', tagBefore)
  end`;

const POSITION = `epoch .. ' ' .. offset .. ' ' .. tag`;

/** A topic without changes is forgotten an hour after it was read last: clients choose which topics are read. */
const CREATE = `if not at then redis.call('SET', KEYS[1], epoch .. ' 0  0 1', 'PX', 3600000)
elseif offset == 0 then redis.call('PEXPIRE', KEYS[1], 3600000) end
`;

// Keys of keyed topics whose time has come. Redis itself never looks at a topic: readers and publishers do.
const LAPSE = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local over = redis.call('ZRANGEBYSCORE', KEYS[4], 0, now, 'LIMIT', 0, 100)
for i, key in ipairs(over) do
  local newTag, value = string.sub(redis.sha1hex(ARGV[4] .. i), 1, 8), nil
  ${APPEND}
  redis.call('HDEL', KEYS[3], key)
  redis.call('ZREM', KEYS[4], key)
end
if #over > 0 then
  redis.call('SET', KEYS[1], ${POSITION} .. ' ' .. renewAt .. ' ' .. history, 'KEEPTTL')
  redis.call(ARGV[2], ARGV[3], '')
end
from, before = offset + 1, tag
`;

// Arguments of both: epoch, command, channel, stamp, signature, present time, history, ttl, expected epoch and offset or
// nothing, milliseconds of the idempotency key; most keys of a keyed topic. A fifth key is that of the idempotency.
const CHECK = `if KEYS[5] then
  local known = redis.call('GET', KEYS[5])
  if known then return 'repeated ' .. known end
end
if ARGV[9] ~= '' and (ARGV[9] ~= epoch or tonumber(ARGV[10]) ~= offset) then return 'conflict ' .. ${POSITION} end
`;

const SAVE = `local time, ttl = tonumber(ARGV[6]), tonumber(ARGV[8])
local isDue = time >= renewAt or renewAt > time + ttl
if isDue then renewAt = time + math.ceil(ttl / 2) end
redis.call('SET', KEYS[1], ${POSITION} .. ' ' .. renewAt .. ' ' .. history, 'PX', ttl)
if isDue then
  for i = 2, 4 do redis.call('PEXPIRE', KEYS[i], 2 * ttl) end
end
redis.call(ARGV[2], ARGV[3], epoch .. '\\n' .. from .. '\\n' .. before .. '\\n' .. ARGV[4] .. '\\n' .. ARGV[5] .. '\\n' .. content)
if KEYS[5] then redis.call('SET', KEYS[5], ${POSITION}, 'PX', ARGV[11]) end
return 'published ' .. ${POSITION}`;

/** Publishes values. Further arguments: tag and value of each. */
export const PUBLISH: Script = {
  text: `${TOPIC}${CHECK}history = ARGV[7]
local content = ''
for i = 12, #ARGV, 2 do
  local key, newTag, value = '', ARGV[i], ARGV[i + 1]
  ${APPEND}
  content = content .. '0 ' .. #value .. ' ' .. tag .. '\\n' .. value
end
${SAVE}`,
};

/** Changes a keyed topic. Further arguments: most keys, then key, tag, `1` or `0` for a removal, value and time of each change. */
export const SET: Script = {
  text: `${TOPIC}${LAPSE}${CHECK}history = ARGV[7]
local count = redis.call('HLEN', KEYS[3])
for i = 13, #ARGV, 5 do
  if ARGV[i + 2] == '1' and redis.call('HEXISTS', KEYS[3], ARGV[i]) == 0 then count = count + 1 end
end
if count > tonumber(ARGV[12]) then return 'full ' .. ${POSITION} end
local content, isTimed = '', false
for i = 13, #ARGV, 5 do
  local key, newTag, value, ttl = ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1' and ARGV[i + 3], ARGV[i + 4]
  ${APPEND}
  if value then redis.call('HSET', KEYS[3], key, value) else redis.call('HDEL', KEYS[3], key) end
  if ttl ~= '' then redis.call('ZADD', KEYS[4], now + ttl, key) else redis.call('ZREM', KEYS[4], key) end
  isTimed = isTimed or ttl ~= ''
  content = content .. #key .. ' ' .. (value and #value or '-') .. ' ' .. tag .. '\\n' .. key .. (value or '')
end
if isTimed or redis.call('PTTL', KEYS[3]) == -1 then renewAt = 0 end
${SAVE}`,
};

/** Arguments: epoch, command, channel, mark of lapsed keys, `1` for a keyed topic, offset or nothing, `1` for the state. */
export const READ: Script = {
  text: `${TOPIC}${CREATE}if ARGV[5] == '1' then
  ${LAPSE}end
local changes, state = {}, {}
if ARGV[6] ~= '' then changes = redis.call('XRANGE', KEYS[2], '(' .. ARGV[6] .. '-1', '+') end
if ARGV[7] == '1' then
  if ARGV[5] == '1' then state = redis.call('HGETALL', KEYS[3])
  else
    local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
    if last[1] then state = {'', last[1][2][8]} end
  end
end
return {${POSITION}, changes, state}`,
};

/** Arguments: epoch, command, channel, epoch, offset and tag of a position. */
export const FORK: Script = {
  text: `${TOPIC}
if epoch ~= ARGV[4] or not at then return 0 end
local known = tonumber(ARGV[5])
local isPart = known < offset or (known == offset and tag == ARGV[6])
if known < offset then
  local id = (known + 1) .. '-1'
  local following = redis.call('XRANGE', KEYS[2], id, id)[1]
  isPart = not following or following[2][6] == ARGV[6]
end
if isPart then return 0 end
epoch = ARGV[1]
redis.call('SET', KEYS[1], ${POSITION} .. ' ' .. renewAt .. ' ' .. history, 'KEEPTTL')
redis.call(ARGV[2], ARGV[3], '')
return 1`,
};

/** Arguments: epoch, command, channel. */
export const DELETE: Script = {
  text: `${TOPIC}
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
redis.call('SET', KEYS[1], ARGV[1] .. ' 0  0 1', 'PX', 3600000)
redis.call(ARGV[2], ARGV[3], '')
return offset > 0 and 1 or 0`,
};
