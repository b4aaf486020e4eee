import { app } from './app.js';
import { pageScript } from './script.js';

const { PORT } = process.env;
const wanted = PORT || '3000';
const port = Number(wanted);

if (/^\d+$/.test(wanted) && port <= 65_535) {
  await buildPage();
  await app.run(port);
} else {
  console.error(`PORT must be a whole number from 0 to 65535, received ${JSON.stringify(wanted)}`);
  process.exitCode = 1;
}

/** Before anybody comes: a page that does not build is found now, and not in a browser. */
async function buildPage(): Promise<void> {
  try {
    await pageScript();
  } catch (error) {
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exit(1); // esbuild has printed them
  }
}
