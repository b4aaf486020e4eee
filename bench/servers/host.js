// The program of every server process: imports one contender, starts it, and answers the questions of the benchmark.
// Arguments: URL of the contender's module, options of its start() as JSON.
const [moduleUrl, startOptions] = process.argv.slice(2);

let session;

const questions = {
  /** CPU time this process has used so far, user and system. */
  cpuUs() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  async startProfile() {
    session = new (await import('node:inspector/promises')).Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
  },
  async stopProfile() {
    return (await session.post('Profiler.stop')).profile;
  },
  /** Bytes of the heap in use after everything that nobody refers to is gone. */
  heapBytes() {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  },
  /** Bytes of memory that the process has, its buffers included. */
  rssBytes() {
    collectGarbage();
    return process.memoryUsage.rss();
  },
};

function collectGarbage() {
  // The second pass frees what finalizers of the first let go of.
  globalThis.gc();
  globalThis.gc();
}

// The parent is gone: nothing is left to measure, and no process may stay behind.
process.on('disconnect', () => process.exit());
process.on('message', async ({ id, question }) => process.send({ id, answer: await questions[question]() }));

const before = performance.now();
const { start } = await import(moduleUrl);
const port = await start(JSON.parse(startOptions));
process.send({ id: 'started', answer: { port, bootMs: performance.now() - before } });
