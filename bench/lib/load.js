// The ways to put load on a server. All of them wait until the server has done the work.
import { createHistogram } from 'node:perf_hooks';
import { eventPacket } from './client.js';
import { withTimeLimit } from './time-limit.js';
import { WebSocketClient } from './websocket-client.js';

const WORK_LIMIT_MS = 60_000;
const CONNECT_AT_ONCE = 50;

/** Opens `count` connections, some at a time; `open` makes a client that begins to connect. */
export async function openConnections(port, count, open = openWebSocket) {
  const clients = [];
  while (clients.length < count) {
    const length = Math.min(CONNECT_AT_ONCE, count - clients.length);
    const batch = Array.from({ length }, () => open(port));
    await orFailure(batch, Promise.all(batch.map(({ connected }) => connected)), 'connecting');
    clients.push(...batch);
  }
  return clients;
}

/** Opens all connections at once, and resolves when each client has entered the namespace and has the answer to one event. */
export async function connectAtOnce(port, count, { event, payload }) {
  const clients = Array.from({ length: count }, () => openWebSocket(port));
  const answered = clients.map(async (client) => {
    await client.connected;
    await callTogether(client, [[event, payload]]);
  });
  await orFailure(clients, Promise.all(answered), `${count} clients`);
  return clients;
}

function openWebSocket(port) {
  return new WebSocketClient(port);
}

/**
 * Sends these `[event, payload]` together and resolves, as soon as the last is acknowledged, with what the
 * acknowledgements carry, without gatewire's envelope; `undefined` for those that have none by then.
 */
export function callTogether(client, events) {
  const answers = events.map(() => undefined);
  const lastAnswered = new Promise((resolve) => {
    client.onAck = (id, text) => {
      answers[id] = unwrap(JSON.parse(text)[0]);
      if (id === events.length - 1) resolve(answers);
    };
  });
  client.send(
    Buffer.concat(events.map(([event, payload], id) => client.encode(eventPacket(event, payload, id)))),
  );
  return orFailure([client], lastAnswered, `the answer to "${events.at(-1)[0]}"`);
}

/**
 * Sends `total` events over all connections, each keeping `inFlight` of them unanswered, until all are answered, and
 * all alike: an error under load is not an answer.
 */
export function sendWithAcks(clients, { event, payload, inFlight, total }) {
  // One frame per slot, encoded once. An id is in use again only after its acknowledgement.
  const frames = Array.from({ length: inFlight }, (_, id) =>
    clients[0].encode(eventPacket(event, payload, id)),
  );
  const perClient = Math.ceil(total / clients.length);
  const done = clients.map(
    (client) =>
      new Promise((resolve) => {
        let sent = 0;
        let answered = 0;
        let firstAnswer;
        client.onAck = (id, answer) => {
          firstAnswer ??= Buffer.from(answer);
          if (!answer.equals(firstAnswer)) throw new Error(`answered ${answer}, not ${firstAnswer}`);
          answered += 1;
          if (sent < perClient) {
            sent += 1;
            client.send(frames[id]);
          } else if (answered === perClient) {
            resolve();
          }
        };
        for (; sent < Math.min(inFlight, perClient); sent += 1) client.send(frames[sent]);
      }),
  );
  return orFailure(clients, Promise.all(done), `${total} acknowledgements`).then(
    () => perClient * clients.length,
  );
}

/**
 * Sends `total` events that ask for nothing, in bursts, until all have arrived. A burst ends with an acknowledged
 * `lastEvent`, and its connection waits for the answer: a backlog without bound would measure the backlog.
 */
export function sendInBursts(clients, { event, lastEvent, burst, total }) {
  const frames = Buffer.concat([
    ...Array(burst).fill(clients[0].encode(eventPacket(event))),
    clients[0].encode(eventPacket(lastEvent, undefined, 0)),
  ]);
  const burstsPerClient = Math.ceil(total / clients.length / burst);
  const done = clients.map(
    (client) =>
      new Promise((resolve) => {
        let answered = 0;
        client.onAck = () => {
          answered += 1;
          if (answered < burstsPerClient) client.send(frames);
          else resolve();
        };
        client.send(frames);
      }),
  );
  return orFailure(clients, Promise.all(done), `${total} events`).then(
    () => burstsPerClient * burst * clients.length,
  );
}

/**
 * Sends `rate` events a second for some seconds, over all connections in turn, whatever has been answered.
 *
 * @returns the times of the answers in nanoseconds, each from when its event was to be sent, so that an event that had to wait
 *   for the generator or for the server counts with its wait, and by how many milliseconds the generator was late at most
 */
export function sendAtRate(clients, { event, payload, rate, seconds }) {
  const total = Math.round(rate * seconds);
  const histogram = createHistogram();
  const dueAt = (n) => startedAt + (n / rate) * 1_000;
  const sentOf = new Map(clients.map((client) => [client, []]));
  let startedAt = 0;
  let answered = 0;
  let lateMs = 0;
  const done = new Promise((resolve) => {
    for (const client of clients) {
      client.onAck = (id) => {
        histogram.record(Math.max(1, Math.round((performance.now() - dueAt(sentOf.get(client)[id])) * 1e6)));
        answered += 1;
        if (answered === total) resolve();
      };
    }
    let sent = 0;
    startedAt = performance.now();
    const send = () => {
      const now = performance.now();
      if (sent < total) lateMs = Math.max(lateMs, now - dueAt(sent));
      for (; sent < total && dueAt(sent) <= now; sent += 1) {
        const client = clients[sent % clients.length];
        const mine = sentOf.get(client);
        client.send(client.encode(eventPacket(event, payload, mine.length)));
        mine.push(sent);
      }
      if (sent < total) setImmediate(send);
    };
    send();
  });
  return orFailure(clients, done, `${total} answers`).then(() => ({ histogram, lateMs }));
}

/**
 * Sends `total` events of one client, each when the one before has been answered and has reached all `receivers`: none of them
 * falls behind because the load generator is the slower side.
 */
export function sendStepByStep(sender, receivers, { event, payload, total }) {
  const frame = sender.encode(eventPacket(event, payload, 0));
  const perStep = receivers.length + 1;
  const done = new Promise((resolve) => {
    let arrived = 0;
    const onArrival = () => {
      arrived += 1;
      if (arrived === total * perStep) resolve();
      else if (arrived % perStep === 0) sender.send(frame);
    };
    sender.onAck = onArrival;
    for (const receiver of receivers) receiver.onEvent = onArrival;
    sender.send(frame);
  });
  return orFailure([sender, ...receivers], done, `${total} events`);
}

/** Resolves when all clients together have received `total` events. */
export function countDeliveries(clients, total) {
  let received = 0;
  const done = new Promise((resolve) => {
    for (const client of clients) {
      client.onEvent = () => {
        received += 1;
        if (received === total) resolve();
      };
    }
  });
  return orFailure(clients, done, `${total} deliveries`);
}

function orFailure(clients, work, what) {
  return withTimeLimit(Promise.race([work, ...clients.map(({ failed }) => failed)]), WORK_LIMIT_MS, what);
}

function unwrap(reply) {
  return reply?.ok === true ? reply.data : reply;
}
