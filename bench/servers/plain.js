// The yardstick: what a careful application does by hand with socket.io alone.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import * as z from 'zod';

const messageSchema = z.object({ room: z.string(), text: z.string().max(2000) });

/** Starts the server on a free port of 127.0.0.1 with `handlers` event handlers and resolves with the port. */
export async function start({ handlers, redis, tls }) {
  let ticks = 0;
  // Loaded only where it is measured, as the adapters are.
  const httpServer = tls ? (await import('node:https')).createServer(tls) : createServer();
  const io = new Server(httpServer);
  if (redis) io.adapter(await adapterOver(redis));

  io.on('connection', (socket) => {
    socket.on('echo', (payload, ack) => ack(payload));

    socket.on('send', (payload, ack) => {
      if (!isAllowed(socket)) return ack({ error: { code: 'FORBIDDEN' } });
      const parsed = messageSchema.safeParse(payload);
      if (!parsed.success) return ack({ error: { code: 'INVALID_PAYLOAD' } });
      ack({ id: '1' });
    });

    socket.on('tick', () => {
      ticks += 1;
    });
    socket.on('count', (ack) => ack({ ticks }));

    socket.on('join', async (room, ack) => {
      await socket.join(room);
      ack();
    });
    socket.on('say', (payload, ack) => {
      socket.to(payload.room).emit('said', payload);
      ack();
    });

    for (let i = 6; i < handlers; i += 1) socket.on(`extra:${i}`, (payload, ack) => ack(payload));
  });

  await new Promise((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  return httpServer.address().port;
}

/** As the README of each adapter shows it. */
async function adapterOver({ url, mode }) {
  const { createClient } = await import('redis');
  const client = createClient({ url });
  await client.connect();
  if (mode === 'streams') {
    const { createAdapter } = await import('@socket.io/redis-streams-adapter');
    return createAdapter(client);
  }
  const { createAdapter, createShardedAdapter } = await import('@socket.io/redis-adapter');
  const listening = client.duplicate();
  await listening.connect();
  return mode === 'sharded' ? createShardedAdapter(client, listening) : createAdapter(client, listening);
}

function isAllowed(socket) {
  return socket.connected;
}
