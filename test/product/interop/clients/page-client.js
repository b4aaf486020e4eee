// Runs in the page, beside the bundle that the server serves, and talks JSON to the test.
let socket;
const waiting = new Map();
const readers = new Map();

function push(event, args) {
  const reader = readers.get(event)?.shift();
  if (reader) reader(args);
  else waiting.set(event, [...(waiting.get(event) ?? []), args]);
}

async function next(event) {
  const args = waiting.get(event)?.shift();
  if (args) return args;
  return new Promise((resolve) => readers.set(event, [...(readers.get(event) ?? []), resolve]));
}

function replaceBytes(value) {
  if (value instanceof ArrayBuffer) {
    let text = '';
    for (const byte of new Uint8Array(value)) text += String.fromCharCode(byte);
    return { $bytes: btoa(text) };
  }
  if (Array.isArray(value)) return value.map(replaceBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceBytes(item)]));
}

function restoreBytes(_key, value) {
  if (typeof value?.$bytes !== 'string') return value;
  return Uint8Array.from(atob(value.$bytes), (character) => character.charCodeAt(0));
}

window.interop = {
  connect(url, transports, events) {
    socket = window.io(url, { transports, reconnectionDelay: 50, reconnectionDelayMax: 200 });
    for (const event of [...events, 'connect', 'disconnect']) {
      socket.on(event, (...args) => push(event, args.map(replaceBytes)));
    }
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(next('connect').then(() => null)));
      socket.on('connect_error', ({ message, data }) => resolve({ message, data }));
    });
  },
  transport: () => socket.io.engine.transport.name,
  upgraded: () =>
    socket.io.engine.transport.name === 'websocket' ||
    new Promise((resolve) => socket.io.engine.once('upgrade', () => resolve(true))),
  async call(json) {
    const [event, ...args] = JSON.parse(json, restoreBytes);
    const answers = await new Promise((resolve) => socket.emit(event, ...args, (...all) => resolve(all)));
    return JSON.stringify(answers.map(replaceBytes));
  },
  emit(json) {
    socket.emit(...JSON.parse(json, restoreBytes));
  },
  next: async (event) => JSON.stringify(await next(event)),
};
