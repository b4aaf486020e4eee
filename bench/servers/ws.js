// The floor: the events of the benchmark over the package ws, with as little of the protocol as its clients need.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const OPEN = `0${JSON.stringify({ sid: 'floor', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1e6 })}`;
const CONNECTED = '40{"sid":"floor"}';

/** Starts the server on a free port of 127.0.0.1 and resolves with the port. */
export async function start({ tls }) {
  let ticks = 0;
  const rooms = new Map();
  const httpServer = tls ? (await import('node:https')).createServer(tls) : createServer();
  const server = new WebSocketServer({ server: httpServer, perMessageDeflate: false });

  const answers = {
    echo: (_socket, payload) => payload,
    tick: () => {
      ticks += 1;
    },
    count: () => ({ ticks }),
    join: (socket, room) => {
      if (!rooms.has(room)) rooms.set(room, new Set());
      rooms.get(room).add(socket);
    },
    say: (socket, payload) => {
      const text = `42${JSON.stringify(['said', payload])}`;
      for (const other of rooms.get(payload.room)) if (other !== socket) other.send(text);
    },
  };

  server.on('connection', (socket) => {
    socket.send(OPEN);
    socket.on('close', () => {
      for (const room of rooms.values()) room.delete(socket);
    });
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === '40') return socket.send(CONNECTED);
      if (!text.startsWith('42')) return;
      const start = text.indexOf('[');
      const [event, payload] = JSON.parse(text.slice(start));
      const answer = answers[event](socket, payload);
      if (start > 2)
        socket.send(`43${text.slice(2, start)}${JSON.stringify(answer === undefined ? [] : [answer])}`);
    });
  });

  await new Promise((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  return httpServer.address().port;
}
