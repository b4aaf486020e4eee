import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ClosingPolls } from '../../../src/transport/closing-polls.js';
import { closeConnections } from '../../../src/transport/engine.js';
import type { EngineConnection } from '../../../src/transport/engineio.js';

/** A connection of the engine, as far as its end goes. */
class TestConnection extends EventEmitter {
  readyState = 'open';
  readonly ends: string[] = [];

  constructor(readonly transport: { name: string }) {
    super();
  }

  close(): void {
    this.readyState = 'closing';
  }

  onClose(reason: string): void {
    this.readyState = 'closed';
    this.ends.push(reason);
    this.emit('close', reason);
  }
}

const asConnection = (connection: TestConnection) => connection as unknown as EngineConnection;
const polling = () => new TestConnection({ name: 'polling' });
const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  jest.restoreAllMocks();
});

describe('connections that close', () => {
  it('are waited for, and cut when they take too long', async () => {
    const [quick, slow] = [polling(), polling()];
    let isOver = false;
    const closing = closeConnections([quick, slow].map(asConnection), 600_000).then(() => {
      isOver = true;
    });
    quick.onClose('forced close of the client');
    await turn();
    expect([isOver, slow.ends]).toEqual([false, []]);
    slow.onClose('goodbye');
    await closing;
    expect([quick.ends, slow.ends]).toEqual([['forced close of the client'], ['goodbye']]);

    const stuck = polling();
    await closeConnections([asConnection(stuck)], 1);
    expect(stuck.ends).toEqual(['forced close']);
  });
});

describe('polling connections whose clients do not poll', () => {
  it('are cut at the second look after they were closed, by one timer for all', () => {
    const set = jest.spyOn(globalThis, 'setInterval');
    const clear = jest.spyOn(globalThis, 'clearInterval');
    const polls = new ClosingPolls();
    let passed = 0;
    const [stays, closes, leaves, upgrades] = [polling(), polling(), polling(), polling()];
    for (const connection of [stays, closes, leaves, upgrades])
      polls.watch(asConnection(connection), () => passed++);
    polls.watch(asConnection(new TestConnection({ name: 'websocket' })), () => passed++);
    expect([passed, set.mock.calls.length]).toEqual([5, 1]);
    const timer = set.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    const look = set.mock.calls[0]?.[0] as () => void;

    for (const connection of [closes, leaves, upgrades]) connection.close();
    upgrades.transport.name = 'websocket';
    look();
    expect([closes.ends, leaves.ends]).toEqual([[], []]);
    leaves.onClose('transport close');
    look();
    look();
    expect([stays.ends, closes.ends, leaves.ends, upgrades.ends]).toEqual([
      [],
      ['forced close'],
      ['transport close'],
      [],
    ]);
    expect(clear).not.toHaveBeenCalled();
    stays.onClose('transport close');
    look();
    expect(clear).toHaveBeenCalledWith(timer);
  });
});
