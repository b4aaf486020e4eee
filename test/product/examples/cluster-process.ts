import { ServerProcess } from '../../support/server-process.js';

/** examples/cluster as its own process: nginx, two nodes and Redis below it. */
export class ClusterProcess extends ServerProcess {
  /** @param isSource - whether tsx runs it; what was compiled of it needs the shared pages */
  constructor(port: string | number, env: Readonly<Record<string, string>> = {}, isSource = true) {
    super('examples/cluster/main.ts', port, { env, isSource });
  }

  /** Ends all of it in order; SIGKILL would leave nginx and Redis alone. */
  async stop(): Promise<{ code: number | null; output: string }> {
    this.child.kill('SIGTERM');
    return this.exited();
  }
}
