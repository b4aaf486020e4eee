import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { FilesGateway } from './files.gateway.js';
import { Folder } from './folder.js';
import { createPage } from './page.js';
import { Uploads } from './uploads.js';

const folder = new Folder();
const uploads = new Uploads(folder);

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({
  gateways: [FilesGateway],
  // The page hands out what the gateway takes in. What a factory returns is disposed of when the application closes.
  providers: [
    { provide: Folder, useFactory: () => folder },
    { provide: Uploads, useFactory: () => uploads },
  ],
  server: createServer(createPage(uploads, folder)),
});
