import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';
import { type Context, context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { io } from 'socket.io-client';
import { type App, type EventContext, Gateway, OnEvent } from '../../../../src/index.js';
import { createTestApp } from '../../../../src/testing/index.js';
import { ask } from '../../../support/raw-http.js';
import { WAIT_MS } from '../../../support/within.js';
import { type Look, started } from './snippets.js';

/** A client that was let in, and stays away once it is disconnected. */
async function clientOf(port: number, namespace: string) {
  const client = io(`http://127.0.0.1:${port}${namespace}`, { forceNew: true, reconnection: false });
  await once(client as never, 'connect');
  return client;
}

/** What docs/how-to/express-fastify.md shows. */
export const EXPRESS_FASTIFY: readonly Look[] = [
  async (snippet) => {
    const { exports } = await snippet.run();
    const port = (exports['app'] as App).address?.port ?? 0;
    expect((await ask(port, { path: '/readyz' })).status).toBe(200);
    const client = await clientOf(port, '/orders');
    const shipped = once(client as never, 'order:shipped');
    expect((await ask(port, { method: 'POST', path: '/orders/7/shipped' })).status).toBe(202);
    expect(await shipped).toEqual([{ id: '7' }]);
    client.disconnect();
  },
  async (snippet) => {
    const { exports } = await snippet.run({ instead: { 'port: 3000': "port: 0, host: '127.0.0.1'" } });
    const { port } = exports['site'].server.address() as AddressInfo;
    expect((await ask(port, { path: '/' })).body).toBe('the page');
    expect((await ask(port, { path: '/readyz' })).status).toBe(200);
    const client = await clientOf(port, '/orders');
    const left = once(client as never, 'disconnect');
    await exports['site'].close(); // would wait for the client for ever without the hook
    expect((await left)[0]).toBe('transport close');
  },
];

/** What docs/how-to/logging.md shows. */
export const LOGGING: readonly Look[] = [
  async (snippet) => {
    const lines: string[] = [];
    const { exports } = await snippet.run({
      given: { sink: { write: (line: string) => void lines.push(line) } },
      instead: { "'info' })": "'info' }, sink)" },
    });
    const client = await clientOf((exports['app'] as App).address?.port ?? 0, '/orders');
    await client.timeout(WAIT_MS).emitWithAck('order:read', '7');
    client.disconnect();
    const records = lines.map((line) => JSON.parse(line) as unknown);
    expect(records).toContainEqual(expect.objectContaining({ level: 30, event: 'app.listening' }));
    expect(records).toContainEqual({
      level: 30,
      time: expect.any(Number),
      pid: process.pid,
      hostname: expect.any(String),
      event: 'order.read',
      namespace: '/orders',
      requestId: expect.stringMatching(/^[\w-]{36}$/),
      order: '7',
    });
  },
];

@Gateway('/chat')
class Chat {
  @OnEvent('room:list') rooms() {
    return ['general'];
  }
  @OnEvent('message:send') send(text: string, ctx: EventContext) {
    ctx.broadcast.emit('message:new', text);
    return { id: 1 };
  }
}

/** What docs/how-to/development-cors.md shows. */
export const DEVELOPMENT_CORS: readonly Look[] = [
  async (snippet) => {
    await using test = await createTestApp(Chat);
    const { printed, exports } = await snippet.run({ instead: { 'http://localhost:3000': test.url } });
    expect([printed, exports['server'].state]).toEqual([['general'], 'connected']);
  },
  async (snippet) => {
    const { exports } = await snippet.run();
    const app = exports['app'] as App;
    await app.listen(0, '127.0.0.1');
    const statusOf = async (origin: string) =>
      (await ask(app.address?.port ?? 0, { headers: { origin } })).status;
    const origins = ['http://192.168.1.20:5173', 'http://localhost:5173', 'https://a.example'];
    expect(await Promise.all(origins.map(statusOf))).toEqual([200, 200, 403]);
  },
];

/** What docs/how-to/share-contract.md shows. */
export const SHARE_CONTRACT: readonly Look[] = [
  async (snippet) => {
    await using test = await createTestApp(Chat);
    const { printed } = await snippet.run({ instead: { 'https://chat.example.com': test.url } });
    expect(printed).toEqual(['1']);
  },
];

/** What docs/how-to/tracing.md shows, with a small SDK. */
export const TRACING: readonly Look[] = [
  async (snippet) => {
    const spans: { name: string; isEnded: boolean; isFailed: boolean }[] = [];
    const storage = new AsyncLocalStorage<Context>();
    context.setGlobalContextManager({
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (active, run, self, ...args) => storage.run(active, () => run.apply(self as never, args)),
      bind: (_active, target) => target,
      enable: () => context as never,
      disable: () => context as never,
    });
    const startSpan = (name: string): Span => {
      const one = { name, isEnded: false, isFailed: false };
      spans.push(one);
      return {
        spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
        recordException() {
          one.isFailed = true;
        },
        setStatus: () => {},
        end() {
          one.isEnded = true;
        },
      } as never;
    };
    const startActiveSpan = ((name: string, _options: object, run: (span: Span) => unknown) => {
      const span = startSpan(name);
      return context.with(trace.setSpan(context.active(), span), () => run(span));
    }) as never;
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) });
    try {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.call('order:read', '7')).toEqual({ id: '7' });
      expect(spans).toEqual([{ name: 'receive order:read', isEnded: true, isFailed: false }]);
      expect(test.log.records).toContainEqual(
        expect.objectContaining({ event: 'order.read', traceId: 'a'.repeat(32) }),
      );
    } finally {
      trace.disable();
      context.disable();
    }
  },
];
