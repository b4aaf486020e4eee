import { ServerProcess } from '../../support/server-process.js';

/** examples/cluster as its own process: nginx, two nodes and Redis below it. */
export class ClusterProcess extends ServerProcess {
  constructor(port: string | number, env: Readonly<Record<string, string>> = {}) {
    super('examples/cluster/main.ts', port, { env, isSource: true });
  }

  /** Ends all of it in order; SIGKILL would leave nginx and Redis alone. */
  async stop(): Promise<{ code: number | null; output: string }> {
    this.child.kill('SIGTERM');
    return this.exited();
  }
}
