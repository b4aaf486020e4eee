import {
  type ConnectContext,
  createParamDecorator,
  type EventContext,
  Gateway,
  GatewireError,
  OnConnect,
  OnDisconnect,
  OnDisconnecting,
  OnEvent,
  Scoped,
} from '../../../src/index.js';
import { failure, journal, waitAtGate } from './journal.js';

/** Tells the test about every hook that runs. */
class Journaling {
  protected note(hook: string, { socket, rooms }: ConnectContext, reason = ''): void {
    journal('hook', {
      hook,
      gateway: this.constructor.name,
      socketId: socket.id,
      reason,
      rooms: [...rooms],
    });
  }

  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('note') heard(payload: unknown, ctx: EventContext) {
    journal('heard', { gateway: this.constructor.name, socketId: ctx.socket.id, payload });
    return payload;
  }
  @OnEvent('bye') bye(payload: unknown) {
    journal('bye', { payload });
  }
  @OnEvent('kick') kick(_payload: unknown, ctx: EventContext) {
    ctx.disconnect();
  }
  @OnDisconnecting() leaving(ctx: ConnectContext, reason: string) {
    this.note('disconnecting', ctx, reason);
  }
  @OnDisconnect() left(ctx: ConnectContext, reason: string) {
    this.note('disconnect', ctx, reason);
  }
}

/** `@OnConnect` that ends as the client asks for. */
@Gateway('/hooks')
export class HooksGateway extends Journaling {
  @OnConnect() async connected(ctx: ConnectContext) {
    this.note('connect', ctx);
    await ctx.join('lobby');
    const { kind, gate } = ctx.handshake.auth;
    switch (kind) {
      case 'gate':
        return waitAtGate(String(gate));
      case 'hangs':
        return new Promise(() => {});
      case 'throws':
        throw failure();
      case 'throws-bigint':
        throw new GatewireError('FULL', { details: { n: 1n } });
      case 'throws-code':
        throw new GatewireError('FULL', { message: 'no room left' });
      case 'disconnects':
        return ctx.disconnect();
      case 'closes':
        return ctx.socket.conn.close();
      default:
        return ctx.emit('welcome');
    }
  }
}

/** The same without a promise. */
@Gateway('/sync-hooks')
export class SyncHooksGateway extends Journaling {
  @OnConnect() connected(ctx: ConnectContext) {
    this.note('connect', ctx);
    void ctx.join('lobby');
    switch (ctx.handshake.auth['kind']) {
      case 'throws':
        throw failure();
      case 'disconnects':
        return ctx.disconnect();
      case 'closes':
        return void ctx.socket.conn.close();
    }
  }
}

const Throwing = createParamDecorator(() => {
  throw failure();
});

/** Disconnect hooks that fail, of a class that fails again when its scope ends. */
@Scoped('connection')
@Gateway('/bad-goodbye')
export class BadGoodbyeGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnDisconnecting() throws() {
    throw failure();
  }
  @OnDisconnecting() hasBadParameter(@Throwing() _value: unknown) {}
  @OnDisconnect() throwsToo() {
    throw failure();
  }
  @OnDisconnect() async rejects() {
    throw failure();
  }
  @OnDisconnect() rejectsWithNothing() {
    return Promise.reject(undefined);
  }
  @OnDisconnect() left(ctx: ConnectContext, reason: string) {
    journal('hook', { hook: 'disconnect', gateway: 'BadGoodbyeGateway', socketId: ctx.socket.id, reason });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    journal('disposed', { of: 'BadGoodbyeGateway' });
    throw failure();
  }
}

/** Goodbyes that never end. */
@Gateway('/slow-goodbye')
export class SlowGoodbyeGateway {
  @OnDisconnecting() hangs() {
    return new Promise(() => {});
  }
  @OnDisconnect() hangsToo(ctx: ConnectContext, reason: string) {
    journal('hook', { hook: 'disconnect', gateway: 'SlowGoodbyeGateway', socketId: ctx.socket.id, reason });
    return new Promise(() => {});
  }
}

// Three gateways share a namespace; the one in the middle decides how the connect ends.
@Gateway('/shared')
export class FirstGateway extends Journaling {
  @OnEvent('ping') override ping() {
    return 'pong';
  }
  @OnConnect() connected(ctx: ConnectContext) {
    this.note('connect', ctx);
  }
}

@Gateway('/shared')
export class MiddleGateway {
  @OnConnect() async connected(ctx: ConnectContext) {
    journal('hook', { hook: 'connect', gateway: 'MiddleGateway', socketId: ctx.socket.id });
    await ctx.join('middle');
    const { kind, gate } = ctx.handshake.auth;
    if (kind === 'throws') throw failure();
    if (kind === 'gate') await waitAtGate(String(gate));
  }
  @OnDisconnect() async left(ctx: ConnectContext, reason: string) {
    const rooms = [...ctx.rooms];
    journal('hook', { hook: 'disconnect', gateway: 'MiddleGateway', socketId: ctx.socket.id, reason, rooms });
    throw failure();
  }
}

@Gateway('/shared')
export class LastGateway {
  @OnConnect() connected(ctx: ConnectContext) {
    journal('hook', { hook: 'connect', gateway: 'LastGateway', socketId: ctx.socket.id });
  }
  @OnDisconnect() left(ctx: ConnectContext, reason: string) {
    const rooms = [...ctx.rooms];
    journal('hook', { hook: 'disconnect', gateway: 'LastGateway', socketId: ctx.socket.id, reason, rooms });
  }
}
