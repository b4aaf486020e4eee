import cluster from 'node:cluster';
import { loggerFrom } from '../../base/logger.js';
import { requirePeer } from '../../base/peer.js';
import { BootError, problem } from '../../errors/boot-error.js';
import { MessageRelay } from './message-relay.js';
import type { ProcessEnd } from './node-process.js';
import { PrimaryListener } from './primary-listener.js';
import { RateCounter } from './primary-rates.js';
import { checkRunClusterOptions, type RunClusterOptions } from './run-cluster-options.js';
import { WorkerPool } from './worker-pool.js';

/**
 * Runs an application on several cores: this process listens on the port and passes connections to nodes, which are
 * processes that run the script. A node that ends is started again. SIGHUP replaces all nodes, one after the other;
 * SIGTERM and SIGINT end them, and a second one does so at once.
 *
 * @param options - the script, the number of nodes, and time limits
 * @returns when all nodes have ended after a signal
 * @throws {BootError} GW_ERR_BOOT_NODES_END when nodes end repeatedly before they listen
 * @throws {BootError} with all that is wrong with the options
 * @example
 * await runCluster({ script: 'dist/main.js', nodes: 'auto' });
 */
export async function runCluster(options: RunClusterOptions): Promise<void> {
  const checked = checkRunClusterOptions(options);
  const { script, args, execArgv, port } = checked;
  const logger = loggerFrom(checked.logger);
  const relay = new MessageRelay();
  const listener = new PrimaryListener(() => pool.leastBusy(), port);
  const rates = new RateCounter();
  setUpAdapter();
  // Keeps buffers what they are between processes.
  const settings = { exec: script, args: [...args], serialization: 'advanced' as const };
  cluster.setupPrimary({ ...settings, ...(execArgv && { execArgv: [...execArgv] }) });
  let fail: (error: BootError) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const pool = new WorkerPool(checked, logger, {
    onNode: (node) => {
      relay.add(node.worker);
      rates.add(node.worker);
      listener.add(node);
    },
    onFailure: (times, end) =>
      fail(new BootError([problem('GW_ERR_BOOT_NODES_END', { times, end: describe(end) })])),
  });
  const signals = new Signals(
    () => void pool.reload(),
    () => pool.kill(),
  );
  try {
    pool.open();
    await Promise.race([signals.stopped, failed]);
    logger.info({ event: 'cluster.stopping' });
  } finally {
    await pool.close();
    await listener.close();
    rates.close();
    signals.close();
  }
}

/** Sets up the half of the adapter that belongs in the primary. */
function setUpAdapter(): void {
  const { setupPrimary } = requirePeer<{ setupPrimary(): void }>(
    '@socket.io/cluster-adapter',
    'runCluster()',
  );
  setupPrimary();
}

function describe({ code, signal }: ProcessEnd): string {
  return signal === null ? `the last with exit code ${code}` : `the last by ${signal}`;
}

/** Signals that the primary receives. */
class Signals {
  /** Settles at the first SIGTERM or SIGINT. */
  readonly stopped: Promise<void>;
  #stop: () => void = () => {};
  #isStopping = false;

  /**
   * @param onReload - at SIGHUP
   * @param onHurry - at a second SIGTERM or SIGINT, after which the process ends with code 1
   */
  constructor(
    private readonly onReload: () => void,
    private readonly onHurry: () => void,
  ) {
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
    process.on('SIGTERM', this.#onStop).on('SIGINT', this.#onStop).on('SIGHUP', this.#onHangUp);
  }

  close(): void {
    process.off('SIGTERM', this.#onStop).off('SIGINT', this.#onStop).off('SIGHUP', this.#onHangUp);
  }

  readonly #onHangUp = (): void => {
    if (!this.#isStopping) this.onReload();
  };

  readonly #onStop = (): void => {
    if (this.#isStopping) {
      this.onHurry();
      process.exit(1);
    }
    this.#isStopping = true;
    this.#stop();
  };
}
