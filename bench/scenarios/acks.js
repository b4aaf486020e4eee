// Events that are acknowledged: what each costs the server, read, dispatched, handled and answered.
import { deepStrictEqual, notDeepStrictEqual } from 'node:assert';
import { callTogether, sendWithAcks } from '../lib/load.js';
import { cpuPerOperation } from './cpu.js';

const MESSAGE = { room: 'general', text: 'The quick brown fox jumps over the lazy dog' };
/** 16 kB of text that every codec takes as ASCII. */
const LONG = { text: 'lorem ipsum '.repeat(1_365) };

export const ackEcho10 = {
  name: 'ack-echo-10',
  title: 'ack echo, 10 in flight',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      connections: 8,
      total: quick ? 20_000 : 100_000,
      check: checkEcho,
      work: (clients, total) =>
        sendWithAcks(clients, { event: 'echo', payload: MESSAGE, inFlight: 10, total }),
    }),
};

export const ackEcho1 = {
  name: 'ack-echo-1',
  title: 'ack echo, 1 in flight',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      // Enough to keep the server busy. README.md says why not more.
      connections: 16,
      total: quick ? 20_000 : 100_000,
      check: checkEcho,
      work: (clients, total) =>
        sendWithAcks(clients, { event: 'echo', payload: MESSAGE, inFlight: 1, total }),
    }),
};

export const echo16k = {
  name: 'echo-16k',
  title: 'ack echo of 16 kB, 10 in flight',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      connections: 8,
      total: quick ? 2_000 : 20_000,
      check: checkEcho,
      work: (clients, total) => sendWithAcks(clients, { event: 'echo', payload: LONG, inFlight: 10, total }),
    }),
};

export const guardValidation = {
  name: 'guard-validation',
  title: 'guard and zod validation, 10 in flight',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      connections: 8,
      total: quick ? 20_000 : 100_000,
      check: checkValidation,
      work: (clients, total) =>
        sendWithAcks(clients, { event: 'send', payload: MESSAGE, inFlight: 10, total }),
    }),
};

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
