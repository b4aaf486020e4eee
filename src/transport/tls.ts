import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server as HttpsServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '../base/logger.js';
import { BootError, problem } from '../errors/boot-error.js';

/** Certificate and all that belongs to it; the other options are those of `node:https`. */
export interface TlsOptions extends Omit<ServerOptions, 'key' | 'cert' | 'ca'> {
  /** Private key: a path, or PEM. */
  readonly key: string | Buffer;
  /** Certificate with its chain: a path, or PEM. */
  readonly cert: string | Buffer;
  /** Authority that signs the certificates of clients, where they have to show one: a path, or PEM. */
  readonly ca?: string | Buffer;
  /**
   * Milliseconds between two looks at the files; when one has changed, new connections get the new certificate.
   * @default 60000
   */
  readonly reloadEveryMs?: number;
}

const RELOAD_EVERY_MS = 60_000;
const PARTS = ['key', 'cert', 'ca'] as const;

/** Makes the HTTPS server of an application, and gives it a renewed certificate without dropping connections. */
export class Tls {
  #server: HttpsServer | null = null;
  #timer: NodeJS.Timeout | null = null;
  #seen = '';
  /** Open connections: closing waits for those that still agree on TLS, of which the server does not know. */
  readonly #sockets = new Set<Socket>();
  /** Listener shared by all sockets. */
  readonly #forget: (this: Socket) => void;
  /** Reload that runs: one after the other, or an older certificate might be read first and set last. */
  #reloading: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: TlsOptions,
    private readonly log: Pick<Logger, 'info' | 'error'>,
  ) {
    const sockets = this.#sockets;
    this.#forget = function () {
      sockets.delete(this);
    };
  }

  /** @throws {BootError} GW_ERR_BOOT_BAD_CERTIFICATE when a file cannot be read, or key and certificate do not fit */
  async createServer(): Promise<HttpsServer> {
    this.#seen = await this.#look();
    const { reloadEveryMs: _, ...rest } = this.options;
    this.#server = createServer({ ...rest, ...(await this.#read()) });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', this.#forget);
    });
    return this.#server;
  }

  /** Looks after the files from now on. A poll and not `fs.watch`, which loses files that are replaced by a link. */
  watch(): void {
    if (this.#files().length === 0) return;
    const tick = (): void => void this.#reloadWhenChanged();
    this.#timer = setInterval(tick, this.options.reloadEveryMs ?? RELOAD_EVERY_MS).unref();
  }

  /**
   * Reads the files again and gives what they have to new connections. Those that exist go on.
   *
   * @throws {BootError} GW_ERR_BOOT_BAD_CERTIFICATE; the certificate of before stays
   */
  reload(): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#reload());
    this.#reloading = reloaded.catch(() => {});
    return reloaded;
  }

  /** Ends every connection; to be called once the server takes no more. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #reload(): Promise<void> {
    const seen = await this.#look();
    this.#seen = seen; // also when it turns out to be bad: it is tried again when it has changed again
    const context = await this.#read();
    this.#server?.setSecureContext(context);
    if (this.#server !== null) this.log.info({ event: 'tls.reloaded' });
  }

  async #reloadWhenChanged(): Promise<void> {
    if ((await this.#look()) === this.#seen) return;
    await this.reload().catch((error: unknown) => this.log.error({ event: 'tls.reload-failed', error }));
  }

  /** Describes the files, so that a change can be told. */
  async #look(): Promise<string> {
    const states = this.#files().map((file) =>
      stat(file).then(
        ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
        () => 'unreadable',
      ),
    );
    return (await Promise.all(states)).join(' ');
  }

  async #read(): Promise<SecureContextOptions> {
    const { reloadEveryMs: _, ...rest } = this.options;
    const parts: Record<string, string | Buffer> = {};
    for (const part of PARTS) {
      const given = this.options[part];
      if (given !== undefined) parts[part] = isPath(given) ? await readPart(part, given) : given;
    }
    const context = { ...rest, ...parts };
    try {
      createSecureContext(context); // tells a key that is not the certificate's
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BootError([problem('GW_ERR_BOOT_BAD_CERTIFICATE', { what: '`key` and `cert`', reason })]);
    }
    return context;
  }

  #files(): readonly string[] {
    return PARTS.map((part) => this.options[part]).filter(isPath);
  }
}

function isPath(given: string | Buffer | undefined): given is string {
  return typeof given === 'string' && !given.includes('-----BEGIN');
}

async function readPart(part: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BootError([
      problem('GW_ERR_BOOT_BAD_CERTIFICATE', { what: `\`${part}\` (${JSON.stringify(file)})`, reason }),
    ]);
  }
}
