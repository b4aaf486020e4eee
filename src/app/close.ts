import { withDeadline } from '../base/deadline.js';
import { GatewireError } from '../errors/gatewire-error.js';

/** What has to end while clients can still be reached: consumers of brokers, timers that emit. */
export class BeforeClose {
  readonly #works: (() => unknown)[] = [];

  add(work: () => unknown): void {
    this.#works.push(work);
  }

  /** Runs all of it at the same time. It never rejects; what fails, or takes too long, is reported. */
  async run(timeoutMs: number, onError: (error: unknown) => void): Promise<void> {
    const late = () => new GatewireError('TIMEOUT', { message: 'work ahead of closing took too long' });
    await Promise.all(
      this.#works.map((work) => withDeadline((async () => work())(), timeoutMs, late).catch(onError)),
    );
  }
}
