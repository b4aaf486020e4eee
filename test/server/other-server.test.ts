import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import * as socketIo from 'socket.io';
import { io as connect } from 'socket.io-client';
import { requireOf } from '../../src/base/own-require.js';
import { within } from '../support/within.js';

/** Every member of every class of the stack, as it is now. */
function members(): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const packages = ['engine.io', 'socket.io-parser', 'socket.io-adapter', '@socket.io/component-emitter'];
  for (const exported of [socketIo, ...packages.map((name) => requireOf('socket.io')(name) as object)]) {
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value !== 'function') continue;
      for (const owner of [value, value.prototype ?? {}])
        for (const [member, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner)))
          for (const kind of ['value', 'get', 'set'] as const)
            found.set(`${name} ${owner === value ? '' : 'prototype '}${member} ${kind}`, descriptor[kind]);
    }
  }
  return found;
}

function changes(before: ReadonlyMap<string, unknown>): readonly string[] {
  const now = members();
  return [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name));
}

it('leaves the classes of another Socket.IO server alone, and its behavior', async () => {
  const before = members();
  expect(before.size).toBeGreaterThan(500);
  const { createApp, Gateway, OnEvent } = await import('../../src/index.js');
  expect(changes(before)).toEqual([]);

  @Gateway('/')
  class Echo {
    @OnEvent('echo') echo(payload: unknown) {
      return payload;
    }
  }
  const recovery = { connectionStateRecovery: {} };
  const app = createApp({ gateways: [Echo], logger: false, socket: recovery });
  expect(changes(before)).toEqual([]);
  await app.listen(0, '127.0.0.1');
  const ours = connect(`http://127.0.0.1:${app.address?.port}`, { reconnection: false });
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const other = new socketIo.Server(http, { connectionStateRecovery: {} });
  const theirs = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    autoConnect: false,
    reconnection: false,
  });
  try {
    expect(await within('an answer', ours.emitWithAck('echo', 1))).toEqual({ ok: true, data: 1 });
    expect(app.io.of('/').sockets.get(String(ours.id))).toBeInstanceOf(socketIo.Socket);
    expect(changes(before)).toEqual([]);

    const connected = new Promise<socketIo.Socket>((resolve) => other.on('connection', resolve));
    theirs.connect();
    const socket = await within('a connection', connected);
    expect(Object.getPrototypeOf(socket)).toBe(socketIo.Socket.prototype);
    const own = Object.keys(other.of('/')).filter((name) =>
      Object.hasOwn(socketIo.Namespace.prototype, name),
    );
    expect(own).toEqual([]);
    socket.on('echo', (payload, answer) => answer(payload));
    expect(await within('an answer', theirs.emitWithAck('echo', 2))).toBe(2);
    // What gatewire would catch and log is the other server's own to handle.
    socket.emit('question', () => {
      throw new Error('theirs');
    });
    const { onack } = socket as unknown as { onack(packet: object): void };
    expect(() => onack.call(socket, { id: 0, data: [] })).toThrow('theirs');
    // Its parser has Socket.IO's own limit on attachments.
    const closed = new Promise<string>((resolve) => socket.on('disconnect', resolve));
    theirs.emit('echo', ...Array.from({ length: 11 }, () => new Uint8Array(1)));
    expect(await within('the end of the connection', closed)).toBe('forced close');
    expect(changes(before)).toEqual([]);
  } finally {
    ours.close();
    theirs.close();
    await other.close();
    await app.close();
  }
});
