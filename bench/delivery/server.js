// One node of a server that sends numbered updates to everybody. `process.argv[2]` says how.
import { createServer } from 'node:http';

const [kind, redisUrl] = process.argv.slice(2);

/** Starts a node, and returns its port and a function that sends an update. */
const KINDS = {
  async plain() {
    const { createClient } = await import('redis');
    const { createAdapter } = await import('@socket.io/redis-adapter');
    const clients = [createClient({ url: redisUrl }), createClient({ url: redisUrl })];
    await Promise.all(clients.map((client) => client.connect()));
    return socketIo({ adapter: createAdapter(...clients) });
  },
  recovery: () => socketIo({ connectionStateRecovery: {} }),
  async streams() {
    const { createClient } = await import('redis');
    const { createAdapter } = await import('@socket.io/redis-streams-adapter');
    const client = createClient({ url: redisUrl });
    await client.connect();
    return socketIo({ adapter: createAdapter(client), connectionStateRecovery: {} });
  },
  async topics() {
    const { createApp, Gateway, OnSubscribe, Topics } = await import('../../dist/index.js');
    const { redisAdapter } = await import('../../dist/nodes/redis/index.js');
    class Updates {
      subscribe() {}
    }
    const method = Object.getOwnPropertyDescriptor(Updates.prototype, 'subscribe');
    OnSubscribe('updates', { history: 1_000 })(Updates.prototype, 'subscribe', method);
    Gateway('/')(Updates);
    const app = createApp({ gateways: [Updates], adapter: redisAdapter({ url: redisUrl }), logger: false });
    await app.listen(0, '127.0.0.1');
    const topics = app.get(Topics).namespace('/');
    return { port: app.address.port, send: (update) => topics.publish('updates', update) };
  },
};

async function socketIo(options) {
  const { Server } = await import('socket.io');
  const http = createServer();
  const io = new Server(http, options);
  io.on('connection', (socket) => void socket.join('updates'));
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { port: http.address().port, send: (update) => io.to('updates').emit('update', update) };
}

const { port, send } = await KINDS[kind]();
process.on('message', async ({ update }) => {
  if (update === undefined) {
    const { user, system } = process.cpuUsage();
    process.send({ cpuMs: (user + system) / 1_000 });
  } else await send(update);
});
process.send({ port });
