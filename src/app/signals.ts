import { BootError } from '../errors/boot-error.js';
import { isNode } from '../transport/primary.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Starts something that owns the process, and stops it at the first signal; a second one ends the process at once.
 * Problems of the start are written as they are: their stack would only show gatewire's own lines.
 */
export async function runUntilSignal(start: () => Promise<void>, stop: () => Promise<void>): Promise<void> {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to every process: of several nodes, the primary hears it and tells the others.
    if (signal === 'SIGINT' && isNode()) return;
    if (isStopping) process.exit(1);
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await start();
  } catch (error) {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    if (!(error instanceof BootError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
