// Runs in jest's own process, ahead of all test files. Opens a server on 127.0.0.1 that starts a service when a test
// asks for it first (see shared.ts), and answers all that ask with the place of it: a URL or a path.
import { createServer } from 'node:http';
import { tsImport } from 'tsx/esm/api';
import { compilePrograms } from './compile-programs.js';

const started = new Map();

/** Starts what is asked for. A run that asks for nothing does not even load what could start it. */
async function start(name) {
  const { STARTS } = await tsImport('./shared-services.ts', import.meta.url);
  return STARTS[name]();
}

export default async function setUp() {
  const server = createServer(async (request, response) => {
    const name = request.url.slice(1);
    if (!started.has(name)) started.set(name, start(name));
    try {
      response.end((await started.get(name)).place);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  process.env.GATEWIRE_TEST_SERVICES = `http://127.0.0.1:${server.address().port}`;
  const programs = await compilePrograms();
  process.env.GATEWIRE_TEST_PROGRAMS = programs.folder;
  // For global-teardown.js, which shares no modules with this file.
  globalThis.closeSharedServices = async () => {
    server.close();
    server.closeAllConnections();
    await Promise.allSettled([...started.values()].map(async (service) => (await service).stop()));
    await programs.remove();
  };
}
