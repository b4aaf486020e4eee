import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { ChatGateway } from './chat.gateway.js';
import { servePage } from './page.js';

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({
  gateways: [ChatGateway],
  server: createServer(servePage),
});
