import type { Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { getHeapStatistics } from 'node:v8';
import { expect, it } from '@jest/globals';
import { BodyRelay } from '../../../src/nodes/cores/body-relay.js';

type Sent = { readonly message: { readonly type: string }; readonly done: (error: Error | null) => void };

/** A relay with one node, and with sockets that the library has taken over. */
function relay() {
  const sent: Sent[] = [];
  const worker = {
    send: (message: Sent['message'], done: Sent['done']) => {
      sent.push({ message, done });
      return true;
    },
  } as unknown as Worker;
  const bodies = new BodyRelay();
  bodies.add(worker);
  const socket = () => {
    const one = new PassThrough() as unknown as Socket;
    one.on('error', () => {});
    one.on('data', (data) => {
      worker.send({ type: 'sticky:http-chunk', data }, ((error: Error | null) => {
        if (error) one.destroy();
      }) as never);
    });
    bodies.follow(one);
    return one;
  };
  return { sent, worker, socket };
}

it('reads a socket no further before its chunk has left the process', () => {
  const { sent, socket } = relay();
  const one = socket();
  one.emit('data', Buffer.alloc(1_000));
  expect([one.isPaused(), sent.length]).toEqual([true, 1]);
  sent[0]?.done(null);
  expect(one.isPaused()).toBe(false);
  one.emit('data', Buffer.alloc(1_000));
  sent[1]?.done(new Error('the node is gone'));
  expect(one.destroyed).toBe(true);
});

it('leaves other messages to a node alone', () => {
  const { sent, worker, socket } = relay();
  const one = socket();
  const done = () => {};
  worker.send({ type: 'gatewire:listening' }, done as never);
  expect([sent[0]?.done, one.isPaused()]).toEqual([done, false]);
});

it('ends sockets when too much is on its way', () => {
  const { sent, socket } = relay();
  const most = getHeapStatistics().heap_size_limit / 32;
  const [one, other] = [socket(), socket()];
  one.emit('data', { length: most });
  expect(one.destroyed).toBe(false);
  other.emit('data', { length: 1 });
  expect([one.destroyed, other.destroyed]).toEqual([false, true]);
  for (const { done } of sent) done(null);
  const next = socket();
  next.emit('data', { length: 1 });
  expect(next.destroyed).toBe(false);
});

it('ends a socket whose client does not read', () => {
  const { socket } = relay();
  const one = socket();
  Object.defineProperty(one, 'writableLength', { get: () => 16_000_001 });
  one.write('more');
  expect(one.destroyed).toBe(true);
});
