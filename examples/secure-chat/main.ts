import { app, server, site } from './app.js';
import { certificate } from './certificate.js';
import { serveSources } from './page.js';
import { complaint, settings } from './settings.js';

if (complaint === null) {
  await setCertificate();
  app.beforeClose(await serveSources(site, server));
  await app.run(settings.port);
} else {
  console.error(complaint);
  process.exitCode = 1;
}

async function setCertificate(): Promise<void> {
  try {
    server.setSecureContext(await certificate());
  } catch (error) {
    console.error(`the server cannot start: ${(error as Error).message}`);
    process.exit(1);
  }
}
