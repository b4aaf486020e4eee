/** What the primary is told by signals. */
export class Signals {
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
