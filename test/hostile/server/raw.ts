import { setTimeout as delay } from 'node:timers/promises';
import type { Socket } from 'socket.io';
import { type ConnectContext, Gateway, OnConnect, OnDisconnect, OnEvent } from '../../../src/index.js';
import { failure, journal } from './journal.js';

/** What an application may put on Socket.IO's own socket, and what goes wrong there. */
@Gateway('/raw')
export class RawGateway {
  @OnConnect() connected({ socket }: ConnectContext) {
    socket.onAny((event: string) => {
      if (event === 'any-throws') throw failure();
    });
    socket.onAny(async (event: string) => {
      if (event === 'any-rejects') throw failure();
    });
    socket.use(([event], next) => {
      if (event === 'use-throws') throw failure();
      if (event === 'use-twice') next();
      if (event === 'use-refuses') next(failure());
      else if (event === 'use-later') setTimeout(next, 5);
      else next();
    });
    socket.use(async ([event], next) => {
      next();
      await delay(1);
      if (event === 'use-rejects') throw failure();
    });
    socket.on('raw', (ack: (value: unknown) => void) => ack('raw'));
    socket.on('raw-throws', () => {
      throw failure();
    });
    socket.on('raw-rejects', async () => {
      throw failure();
    });
    socket.on('raw-needs-ack', (_payload: unknown, ack: (value: unknown) => void) => ack('raw'));
    socket.on('both', () => journal('raw', { event: 'both' }));
  }

  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent([
    'any-throws',
    'any-rejects',
    'use-throws',
    'use-twice',
    'use-refuses',
    'use-later',
    'use-rejects',
  ])
  handled() {
    return 'handled';
  }
  @OnEvent('both') both() {
    return 'gateway';
  }
  @OnEvent('bye') bye(payload: unknown) {
    journal('bye', { payload });
  }
}

interface Answer {
  readonly name: string;
}

/** Asks the client, and trips over its answer. */
@Gateway('/asks')
export class AsksGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('ask') ask(kind: string, { socket }: { socket: Socket }) {
    const read = (answer: Answer) => journal('read', { name: answer.name });
    const readLater = async (answer: Answer) => read(answer);
    if (kind === 'sync') socket.emit('question', read);
    if (kind === 'async') socket.emit('question', readLater);
    if (kind === 'timeout')
      socket.timeout(20).emit('question', (_error: unknown, answer: Answer) => read(answer));
    if (kind === 'async-timeout')
      socket.timeout(20).emit('question', async (_error: unknown, answer: Answer) => read(answer));
    if (kind === 'room') {
      socket.nsp
        .to(socket.id)
        .timeout(10_000)
        .emit('question', (_error: unknown, [answer]: [Answer]) => read(answer));
    }
    return 'asked';
  }
}

/** Raw listeners that throw when the client goes. */
@Gateway('/raw-goodbye')
export class RawGoodbyeGateway {
  @OnConnect() connected({ socket }: ConnectContext) {
    for (const event of ['disconnecting', 'disconnect', 'error']) {
      socket.on(event, () => {
        throw failure();
      });
      socket.on(event, async () => {
        throw failure();
      });
    }
  }
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnDisconnect() left({ socket }: ConnectContext, reason: string) {
    journal('hook', { hook: 'disconnect', gateway: 'RawGoodbyeGateway', socketId: socket.id, reason });
  }
}

/** Takes every listener off its socket, also those that it did not put there. */
@Gateway('/raw-strips')
export class RawStripsGateway {
  @OnConnect() connected({ socket }: ConnectContext) {
    socket.removeAllListeners();
  }
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnDisconnect() left({ socket }: ConnectContext, reason: string) {
    journal('hook', { hook: 'disconnect', gateway: 'RawStripsGateway', socketId: socket.id, reason });
  }
}

/** Listeners that see everything that goes out, and throw. */
@Gateway('/raw-outgoing')
export class RawOutgoingGateway {
  @OnConnect() connected({ socket }: ConnectContext) {
    socket.onAnyOutgoing(() => {
      throw failure();
    });
  }
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('throw') throw() {
    throw failure();
  }
}

/** A namespace that the application has middleware and listeners on already. */
@Gateway('/raw-use')
export class RawUseGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
}
