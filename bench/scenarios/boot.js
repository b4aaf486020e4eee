// From the first import of a started process to a port that listens.
import { ServerProcess } from '../lib/server-process.js';

export const boot = {
  name: 'boot',
  title: 'import and listen',
  unit: 'ms',
  /** Cheap, and noisier than the others. */
  minRounds: 5,
  measure: (contender) => ServerProcess.use(contender, { handlers: 6 }, ({ bootMs }) => ({ value: bootMs })),
};
