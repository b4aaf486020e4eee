// Events that one client sends and many receive: what each delivery costs the server.
import { callTogether, countDeliveries, sendWithAcks } from '../lib/load.js';
import { cpuPerOperation } from './cpu.js';

const MESSAGE = { room: 'general', text: 'The quick brown fox jumps over the lazy dog' };

export const fanOut = {
  name: 'fan-out',
  title: 'fan-out to 500, per delivery',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      connections: 501,
      total: quick ? 20_000 : 100_000,
      check: () => {},
      work: (clients, total) => deliver(clients, clients.slice(0, 1), total),
    }),
};

export const busyRoom = {
  name: 'busy-room',
  title: 'busy room of 50, per delivery',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      connections: 50,
      total: quick ? 20_000 : 200_000,
      check: () => {},
      work: (clients, total) => deliver(clients, clients, total),
    }),
};

/** All clients are in a room; the senders speak in it, one event in flight each, until all others have heard all. */
async function deliver(clients, senders, total) {
  await Promise.all(clients.map((client) => callTogether(client, [['join', MESSAGE.room]])));
  const receivers = clients.length - 1;
  // Each sender sends the same number, so that the last delivery is known.
  const sends = Math.ceil(total / receivers / senders.length) * senders.length;
  const arrived = countDeliveries(clients, sends * receivers);
  await sendWithAcks(senders, { event: 'say', payload: MESSAGE, inFlight: 1, total: sends });
  await arrived;
  return sends * receivers;
}
