// examples/echo with a second namespace, a page for browsers and, with EIO3=1, a door for old clients.
import { createServer } from 'node:http';
import { createApp, Gateway, GatewireError } from 'gatewire';
import { EchoGateway } from '../../../../examples/echo/echo.gateway.js';

@Gateway('/second')
class SecondGateway extends EchoGateway {}

@Gateway('/members', {
  auth: () => {
    throw new GatewireError('FORBIDDEN', { message: 'members only' });
  },
})
class MembersGateway extends EchoGateway {}

const page = '<!doctype html><title>interop</title><script src="/socket.io/socket.io.min.js"></script>';

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html').end(page);
});

const app = createApp({
  gateways: [EchoGateway, SecondGateway, MembersGateway],
  server,
  socket: { allowEIO3: process.env['EIO3'] === '1' },
});

await app.run(Number(process.env['PORT']));
