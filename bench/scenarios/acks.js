// Events that are acknowledged: what each costs the server, read, dispatched, handled and answered.
import { deepStrictEqual, notDeepStrictEqual } from 'node:assert';
import { makeCertificate } from '../lib/certificate.js';
import { callTogether, sendWithAcks } from '../lib/load.js';
import { PollingClient } from '../lib/polling-client.js';
import { WebSocketClient } from '../lib/websocket-client.js';
import { cpuPerOperation } from './cpu.js';

const MESSAGE = { room: 'general', text: 'The quick brown fox jumps over the lazy dog' };
/** 16 kB of text that every codec takes as ASCII. */
const LONG = { text: 'lorem ipsum '.repeat(1_365) };
/** Enough of those with one event in flight to keep the server busy. README.md says why not more. */
const ONE_BY_ONE = { connections: 16, inFlight: 1 };

export const ackEcho10 = ackScenario('ack-echo-10', 'ack echo, 10 in flight');

export const ackEcho1 = ackScenario('ack-echo-1', 'ack echo, 1 in flight', ONE_BY_ONE);

export const guardValidation = ackScenario('guard-validation', 'guard and zod validation, 10 in flight', {
  event: 'send',
  check: checkValidation,
});

export const echo16k = ackScenario('echo-16k', 'ack echo of 16 kB, 10 in flight', {
  payload: LONG,
  total: 20_000,
});

/** The same for all servers of a run. */
let certificate;

export const tls = ackScenario('tls', 'ack echo over TLS, 10 in flight', {
  transport() {
    certificate ??= makeCertificate();
    const open = (port) => new WebSocketClient(port, certificate.cert);
    return { server: { tls: certificate }, open };
  },
});

export const polling = ackScenario('polling', 'ack echo over long-polling, 1 in flight', {
  ...ONE_BY_ONE,
  total: 20_000,
  transport: () => ({ open: (port) => new PollingClient(port) }),
});

/**
 * @param transport - returns what differs from a plain WebSocket; called where the scenario is measured
 */
function ackScenario(name, title, options = {}) {
  const { event = 'echo', payload = MESSAGE, connections = 8, inFlight = 10, total = 100_000 } = options;
  const { check = checkEcho, transport } = options;
  return {
    name,
    title,
    unit: 'us',
    measure: (contender, { quick, profile }) =>
      cpuPerOperation(contender, {
        profile,
        connections,
        total: quick ? total / 5 : total,
        ...transport?.(),
        check,
        work: (clients, total) => sendWithAcks(clients, { event, payload, inFlight, total }),
      }),
  };
}

async function checkEcho(client) {
  const [answer] = await callTogether(client, [['echo', MESSAGE]]);
  deepStrictEqual(answer, MESSAGE);
}

async function checkValidation(client) {
  const [toInvalid, toValid] = await callTogether(client, [
    ['send', { room: 1 }],
    ['send', MESSAGE],
  ]);
  // Some refuse with an acknowledgement, some with an event of its own; none may answer as if all were well.
  notDeepStrictEqual(toInvalid, { id: '1' });
  deepStrictEqual(toValid, { id: '1' });
}
