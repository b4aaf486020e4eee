import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { ConnectionLimits } from '../../../src/transport/connection-limits.js';
import { type ConnectionSteps, serveConnections } from '../../../src/transport/engine.js';
import type {
  ConnectionListener,
  ConnectionStep,
  Engine,
  EngineConnection,
} from '../../../src/transport/engineio.js';
import { dropRequest } from '../../../src/transport/handshake-memory.js';
import { StrictParser } from '../../../src/transport/parser.js';
import { DEFAULT_TRANSPORT_LIMITS } from '../../../src/transport/transport-limits.js';

const handOn: ConnectionStep = (connection, next) => next(connection);

/** Lets one connection in. The steps that it reaches are listed in `order`, Socket.IO by the listener that it adds. */
function enter(changed: Partial<ConnectionSteps> = {}) {
  const order: string[] = [];
  const listed =
    (name: string, step: ConnectionStep): ConnectionStep =>
    (connection, next) => {
      order.push(name);
      step(connection, next);
    };
  const steps: ConnectionSteps = {
    address: handOn,
    end: handOn,
    queue: handOn,
    request: handOn,
    limits: handOn,
    write: handOn,
    ...changed,
  };
  const parser = new StrictParser(new ConnectionLimits('app', DEFAULT_TRANSPORT_LIMITS));
  const io = new Server({ parser });
  const engine = new EventEmitter();
  serveConnections(io, engine as unknown as Engine, parser, {
    address: listed('address', steps.address),
    end: listed('end', steps.end),
    queue: steps.queue === null ? null : listed('queue', steps.queue),
    request: steps.request === null ? null : listed('request', steps.request),
    limits: listed('limits', steps.limits),
    write: steps.write === null ? null : listed('write', steps.write),
  });
  const connection = Object.assign(new EventEmitter(), { transport: { name: 'websocket' } });
  connection.on('newListener', (event) => event === 'data' && order.push('socket.io'));
  engine.emit('connection', connection);
  return { order, io, engine, [Symbol.dispose]: () => void connection.emit('close', 'transport close') };
}

describe('a new connection', () => {
  it('goes on with dropRequest when the application has set its request to null while it waited', () => {
    const connection = { request: null } as unknown as EngineConnection;
    const reached: EngineConnection[] = [];
    dropRequest(connection, (one) => reached.push(one));
    expect(reached).toEqual([{ request: null }]);
  });

  it('goes through address, end, queue, request, limits, write and Socket.IO, in this order', () => {
    using entered = enter();
    expect(entered.order).toEqual(['address', 'end', 'queue', 'request', 'limits', 'write', 'socket.io']);
  });

  it('goes through the others when there is no queue', () => {
    using entered = enter({ queue: null });
    expect(entered.order).toEqual(['address', 'end', 'request', 'limits', 'write', 'socket.io']);
  });

  it.each(['address', 'end', 'queue', 'request', 'limits', 'write'] as const)(
    'goes no further than a step `%s` that stops it',
    (name) => {
      using entered = enter({ [name]: () => {} });
      const all = ['address', 'end', 'queue', 'request', 'limits', 'write'];
      expect(entered.order).toEqual(all.slice(0, all.indexOf(name) + 1));
    },
  );

  it('goes on when a step hands it on later', () => {
    let turn = (): void => {};
    const queue = (connection: EngineConnection, next: ConnectionListener): void => {
      turn = () => next(connection);
    };
    using entered = enter({ queue });
    expect(entered.order).toEqual(['address', 'end', 'queue']);
    turn();
    expect(entered.order).toEqual(['address', 'end', 'queue', 'request', 'limits', 'write', 'socket.io']);
  });
});

it('leaves `io.engine` the engine, on which applications listen', () => {
  using entered = enter();
  expect(entered.io.engine).toBe(entered.engine);
});
