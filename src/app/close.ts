import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'socket.io';
import { withDeadline } from '../base/deadline.js';
import type { Logger } from '../base/logger.js';
import { BootError } from '../errors/boot-error.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { drain } from '../runtime/drain.js';
import type { InFlight } from '../runtime/in-flight.js';
import type { Limits } from '../runtime/limits.js';
import type { ConnectionLimits } from '../transport/connection-limits.js';
import type { Engine } from '../transport/engineio.js';
import type { HttpFront } from '../transport/http-front.js';
import { isNode } from '../transport/primary.js';

/** Work of the application that has to end while clients can still be reached: consumers of brokers, timers that emit. */
export class BeforeClose {
  readonly #works: (() => unknown)[] = [];

  add(work: () => unknown): void {
    this.#works.push(work);
  }

  /** Runs all works together. It never rejects: a work that fails or takes too long is reported. */
  async run(timeoutMs: number, onError: (error: unknown) => void): Promise<void> {
    const late = () => new GatewireError('TIMEOUT', { message: 'work ahead of closing took too long' });
    await Promise.all(
      this.#works.map((work) => withDeadline((async () => work())(), timeoutMs, late).catch(onError)),
    );
  }
}

/** Parts of an application that `leave` needs. */
export interface LeaveParts {
  readonly id: string;
  readonly io: Server;
  readonly calls: InFlight;
  readonly limits: Limits;
  readonly connectionLimits: ConnectionLimits;
  readonly beforeClose: BeforeClose;
  readonly logger: Logger;
  /** Null where the start failed ahead of it. */
  readonly engine: Engine | null;
  readonly front: HttpFront | null;
  /** Whether the application served clients, which a load balancer still sends. */
  readonly wasOpen: boolean;
}

/**
 * Sees all clients off, ahead of the parts: waits until load balancers have noticed, ends the application's own work,
 * refuses new connections, and closes the others once their calls are answered. Ports stay open, since clients on
 * polling fetch their last answers by requests of their own.
 */
export async function leave(parts: LeaveParts): Promise<void> {
  const { io, calls, limits, engine, front, logger, wasOpen } = parts;
  const { closeNoticeMs, closeSpreadMs, closeTimeoutMs } = limits;
  if (wasOpen && closeNoticeMs > 0) await sleep(closeNoticeMs);
  await parts.beforeClose.run(closeTimeoutMs, (error) =>
    logger.error({ event: 'app.before-close-failed', error }),
  );
  front?.refuseNew();
  parts.connectionLimits.throttle.release();
  if (engine === null) return;
  await drain({ app: parts.id, io, engine, calls, spreadMs: closeSpreadMs, timeoutMs: closeTimeoutMs });
  await calls.idle(closeTimeoutMs); // disconnect hooks
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Time within which a further signal is the first one again: a runner passes on a Ctrl-C that the terminal sent to all. */
const REPEAT_MS = 1_000;

/**
 * Starts something that owns the process, and stops it at the first signal; a later one ends the process at once.
 * Problems of the start are written as they are: their stack would only show gatewire's own lines.
 */
export async function runUntilSignal(start: () => Promise<void>, stop: () => Promise<void>): Promise<void> {
  let stoppedAt: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to every process: of several nodes, the primary hears it and tells the others.
    if (signal === 'SIGINT' && isNode()) return;
    if (stoppedAt !== null) {
      if (performance.now() - stoppedAt < REPEAT_MS) return;
      process.exit(1);
    }
    stoppedAt = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  if (!process.stderr.listeners('error').includes(onLogError)) process.stderr.on('error', onLogError);
  try {
    await start();
  } catch (error) {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    if (!(error instanceof BootError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Keeps a server alive whose log nobody reads any longer, as after `2>&1 | head`. */
function onLogError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
