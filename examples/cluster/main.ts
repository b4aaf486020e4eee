// Starts Redis, two nodes and nginx, and ends them all.
import { RunningCluster } from './cluster.js';
import { freePort } from './processes.js';
import { findPrograms } from './programs.js';

const { PORT } = process.env;
const wanted = PORT || '3000';
const programs = findPrograms();

if (!/^\d+$/.test(wanted) || Number(wanted) > 65_535) {
  console.error(`PORT must be a whole number from 0 to 65535, received ${JSON.stringify(wanted)}`);
  process.exitCode = 1;
} else if (typeof programs === 'string') {
  console.error(programs);
  process.exitCode = 1;
} else {
  const port = Number(wanted) || (await freePort());
  const cluster = new RunningCluster(programs, (what) => {
    console.error(what);
    stop(1);
  });
  let isStopping = false;
  const stop = (code: number): void => {
    if (isStopping) return;
    isStopping = true;
    void cluster.close().then(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0));
  await cluster.start(port);
  while (!isStopping && !(await answers(port)));
  if (!isStopping) console.error(`two nodes behind http://localhost:${port}`);
}

/** nginx opens its port a moment after it was started. */
async function answers(port: number): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return fetch(`http://127.0.0.1:${port}/`).then(
    ({ ok }) => ok,
    () => false,
  );
}
