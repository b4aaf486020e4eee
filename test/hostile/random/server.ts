// examples/echo with a second namespace that hears everything, and a page that says how the process is.
import { createServer } from 'node:http';
import { createApp, Gateway, OnAnyEvent, OnConnect } from 'gatewire';
import { EchoGateway } from '../../../examples/echo/echo.gateway.js';

@Gateway('/second')
class SecondGateway extends EchoGateway {
  @OnConnect()
  async welcome() {
    await new Promise((resolve) => setImmediate(resolve));
  }

  @OnAnyEvent()
  any(payload: unknown) {
    return payload;
  }
}

let packets = 0;
const server = createServer((_request, response) => {
  globalThis.gc?.();
  const connections = app.io.engine.clientsCount;
  response.end(JSON.stringify({ packets, connections, heapBytes: process.memoryUsage().heapUsed }));
});

const quiet = (): void => {};
const app = createApp({
  gateways: [EchoGateway, SecondGateway],
  server,
  // What handlers throw is not what this is about: `unhandled` would come from node itself.
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  socket: { pingInterval: 3_000, pingTimeout: 3_000 },
});

await app.listen(Number(process.env['PORT']), '127.0.0.1');

// What the engine takes out of its connections, on those that are open; bytes belong to the text before them.
app.io.engine.on(
  'connection',
  (connection: { on(event: 'packet', listener: (packet: Packet) => void): void }) => {
    connection.on('packet', ({ type, data }) => {
      if (type !== 'pong' && !(type === 'message' && typeof data !== 'string')) packets += 1;
    });
  },
);
console.log(`http://127.0.0.1:${process.env['PORT']}`);

interface Packet {
  readonly type: string;
  readonly data: unknown;
}
