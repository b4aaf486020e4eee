import { app, server, site } from './app.js';
import { serveSources } from './page.js';

const { PORT } = process.env;
const wanted = PORT || '3000';
const port = Number(wanted);

if (/^\d+$/.test(wanted) && port <= 65_535) {
  app.beforeClose(await serveSources(site, server));
  await app.run(port);
} else {
  console.error(`PORT must be a whole number from 0 to 65535, received ${JSON.stringify(wanted)}`);
  process.exitCode = 1;
}
