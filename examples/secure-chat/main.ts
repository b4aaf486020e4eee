import { app, server } from './app.js';
import { certificate } from './certificate.js';
import { pageScript } from './script.js';
import { complaint, settings } from './settings.js';

if (complaint === null) {
  await prepare();
  await app.run(settings.port);
} else {
  console.error(complaint);
  process.exitCode = 1;
}

/** Before anybody comes: what is missing is found now, and not in a browser. */
async function prepare(): Promise<void> {
  try {
    server.setSecureContext(await certificate());
    await pageScript();
  } catch (error) {
    const isPrinted = error instanceof Error && 'errors' in error; // by esbuild
    if (!isPrinted) console.error(`the server cannot start: ${(error as Error).message}`);
    process.exit(1);
  }
}
