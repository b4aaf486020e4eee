import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { ChatGateway } from './chat.gateway.js';
import { createSite } from './page.js';
import { PrivateMessagesGateway } from './private-messages.gateway.js';
import { Tokens } from './tokens.js';

const tokens = new Tokens();

/** What is beside the socket: the page, and the tokens that the gateways verify. */
export const site = createSite(tokens);
export const server = createServer(site);

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({
  gateways: [ChatGateway, PrivateMessagesGateway],
  providers: [{ provide: Tokens, useValue: tokens }],
  server,
});
