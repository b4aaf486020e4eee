import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { ChatGateway } from './chat.gateway.js';
import { createPage } from './page.js';
import { PrivateMessagesGateway } from './private-messages.gateway.js';
import { Tokens } from './tokens.js';

const tokens = new Tokens();

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({
  gateways: [ChatGateway, PrivateMessagesGateway],
  providers: [{ provide: Tokens, useValue: tokens }], // the page issues what the gateways verify
  server: createServer(createPage(tokens)),
});
