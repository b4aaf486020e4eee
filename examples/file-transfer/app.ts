import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { FilesGateway } from './files.gateway.js';
import { Folder } from './folder.js';
import { createSite } from './page.js';
import { Uploads } from './uploads.js';

const folder = new Folder();
const uploads = new Uploads(folder);

/** What is beside the socket: the page, which hands out what the gateway takes in. */
export const site = createSite(uploads, folder);
export const server = createServer(site);

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({
  gateways: [FilesGateway],
  // What a factory returns is disposed of when the application closes.
  providers: [
    { provide: Folder, useFactory: () => folder },
    { provide: Uploads, useFactory: () => uploads },
  ],
  server,
});
