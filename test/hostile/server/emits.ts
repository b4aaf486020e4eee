import {
  type ConnectContext,
  type EventContext,
  Gateway,
  OnAnyEvent,
  OnConnect,
  OnEvent,
} from '../../../src/index.js';
import { circular, journal, nested } from './journal.js';

const VALUES: Readonly<Record<string, () => unknown>> = {
  bigint: () => ({ n: 1n }),
  circular,
  deep: () => nested(200_000),
  blob: () => ({ blob: new Blob(['bytes']) }),
};

/** Emits what cannot be encoded, to whomever there is to emit to. */
@Gateway('/emits')
export class EmitsGateway {
  @OnConnect() async connected(ctx: ConnectContext) {
    await ctx.join('room');
  }
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('emit') emit({ value, to }: { value: string; to: string }, ctx: EventContext) {
    const bad = VALUES[value]?.();
    switch (to) {
      case 'me':
        ctx.emit('out', bad);
        break;
      case 'room':
        ctx.namespace.to('room').emit('out', bad);
        break;
      case 'volatile':
        ctx.namespace.volatile.emit('out', bad);
        break;
      default:
        ctx.broadcast.emit('out', bad);
    }
    return 'sent';
  }
  @OnEvent('emit-good') emitGood(_payload: unknown, ctx: EventContext) {
    ctx.namespace.to('room').emit('out', 'good');
    return 'sent';
  }
}

/** Emits what cannot be encoded to whoever comes in. */
@Gateway('/bad-welcome')
export class BadWelcomeGateway {
  @OnConnect() connected(ctx: ConnectContext) {
    ctx.emit('welcome', VALUES[String(ctx.handshake.auth['value'])]?.());
  }
}

/** A namespace per team, with a handler for everything. */
@Gateway('/team/:team')
export class TeamGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('whoami') whoami(_payload: unknown, ctx: EventContext) {
    return { ...ctx.params };
  }
  @OnAnyEvent() any(_payload: unknown, ctx: EventContext) {
    journal('any', { event: ctx.event });
    return { heard: ctx.event };
  }
}

/** A namespace without hooks, the fast way. */
@Gateway('/')
export class PlainGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('bye') bye(payload: unknown) {
    journal('bye', { payload });
  }
  @OnEvent('kick') kick(_payload: unknown, ctx: EventContext) {
    ctx.disconnect();
  }
  @OnEvent('note') note(payload: unknown) {
    journal('noted', { payload });
  }
}
