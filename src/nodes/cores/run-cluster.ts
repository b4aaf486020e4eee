import cluster from 'node:cluster';
import { loggerFrom } from '../../base/logger.js';
import { requirePeer } from '../../base/peer.js';
import { BootError } from '../../errors/boot-error.js';
import { problem } from '../../errors/problem.js';
import { Relay } from './message-relay.js';
import type { End } from './node-process.js';
import { Door } from './primary-listener.js';
import { RateCounter } from './rates.js';
import { type ClusterOptions, checkClusterOptions } from './run-cluster-options.js';
import { Signals } from './signals.js';
import { Crew } from './worker-pool.js';

/**
 * Runs an application on several cores: this process has the port and hands connections over to nodes, which are
 * processes that run the script. A node that ends is started again. SIGHUP replaces all nodes, one after the other;
 * SIGTERM and SIGINT end them, and a second one does so at once.
 *
 * @param options - the script, how many nodes, and their time limits
 * @returns when all nodes have ended after a signal
 * @throws {BootError} GW_ERR_BOOT_NODES_END when nodes end before they listen, again and again
 * @throws {BootError} with all that is wrong with the options
 * @example
 * await runCluster({ script: 'dist/main.js', nodes: 'auto' });
 */
export async function runCluster(options: ClusterOptions): Promise<void> {
  const checked = checkClusterOptions(options);
  const { script, args, execArgv, port } = checked;
  const logger = loggerFrom(checked.logger);
  const relay = new Relay();
  const door = new Door(() => crew.leastBusy(), port);
  const rates = new RateCounter();
  passOnMessages();
  // Buffers have to stay what they are on the way between processes.
  const settings = { exec: script, args: [...args], serialization: 'advanced' as const };
  cluster.setupPrimary({ ...settings, ...(execArgv && { execArgv: [...execArgv] }) });
  let fail: (error: BootError) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const crew = new Crew(checked, logger, {
    onNode: (node) => {
      relay.admit(node.worker);
      rates.admit(node.worker);
      door.admit(node);
    },
    onFailure: (times, end) =>
      fail(new BootError([problem('GW_ERR_BOOT_NODES_END', { times, end: describe(end) })])),
  });
  const signals = new Signals(
    () => void crew.reload(),
    () => crew.kill(),
  );
  try {
    crew.open();
    await Promise.race([signals.stopped, failed]);
    logger.info({ event: 'cluster.stopping' });
  } finally {
    await crew.close();
    await door.close();
    rates.close();
    signals.close();
  }
}

/** Starts the half of the adapter that belongs in the primary. */
function passOnMessages(): void {
  const { setupPrimary } = requirePeer<{ setupPrimary(): void }>(
    '@socket.io/cluster-adapter',
    'runCluster()',
  );
  setupPrimary();
}

function describe({ code, signal }: End): string {
  return signal === null ? `the last with exit code ${code}` : `the last by ${signal}`;
}
