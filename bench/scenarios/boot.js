// From the first import of a started process to a port that listens.
import { ServerProcess } from '../lib/server-process.js';

export const boot = {
  name: 'boot',
  title: 'import and listen',
  unit: 'ms',
  /** Cheap, and noisier than the others. */
  minRounds: 5,
  async measure(contender) {
    const server = await ServerProcess.start(contender, { handlers: 6 });
    await server.stop();
    return { value: server.bootMs };
  },
};
