import { type Connection, GatewireError } from 'gatewire/client';
import { CHUNK_BYTES, type files, type StoredFile, WINDOW } from './shared.js';

type Server = Connection<typeof files>;

/** Told how far an upload is. */
export interface Progress {
  /** @param offset - bytes that the server has written */
  moved(offset: number): void;
  /** @param offset - from where it goes on when the connection is back */
  held(offset: number): void;
}

const PASSING = ['UNAVAILABLE', 'TIMEOUT'];
/** For a chunk, which on a slow line waits until those before it have gone. */
const CHUNK_MS = 60_000;

/**
 * Uploads a file, and goes on where it was when the connection comes back.
 *
 * @returns what the server stored, with its checksum
 * @throws {GatewireError} what the server refuses for good
 * @throws the signal's reason
 */
export async function upload(
  server: Server,
  file: File,
  progress: Progress,
  signal: AbortSignal,
): Promise<StoredFile> {
  let id: string | undefined;
  let offset = 0;
  for (;;) {
    try {
      signal.throwIfAborted();
      const begun = await server.call('upload:begin', {
        name: file.name,
        size: file.size,
        ...(id && { id }),
      });
      ({ id, offset } = begun);
      progress.moved(offset);
      await send(server, file, begun, signal, (written) => {
        offset = written;
        progress.moved(written);
      });
      return await server.call('upload:end', { id });
    } catch (error) {
      const isWrongOffset = server.isError(error, 'WRONG_OFFSET'); // another chunk was lost with the connection
      const isPassing = isWrongOffset || (GatewireError.is(error) && PASSING.includes(error.code));
      if (signal.aborted || !isPassing) {
        if (id !== undefined) server.emit('upload:cancel', { id }); // the server need not wait for the rest
        throw signal.aborted ? signal.reason : error;
      }
      progress.held(offset);
      await connected(server, signal);
    }
  }
}

/** Keeps a few chunks on their way: each acknowledgement makes room for the next. The first failure ends it. */
async function send(
  server: Server,
  file: File,
  { id, offset }: { readonly id: string; readonly offset: number },
  signal: AbortSignal,
  onWritten: (offset: number) => void,
): Promise<void> {
  const flying: Promise<void>[] = [];
  let fail: (reason: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // it may come when everything has been awaited already
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort);
  let isOver = false;
  const written = ({ offset: end }: { readonly offset: number }): void => {
    if (!isOver) onWritten(end); // what arrives after the end is no progress
  };
  try {
    for (let next = offset; next < file.size; next += CHUNK_BYTES) {
      const bytes = new Uint8Array(await file.slice(next, next + CHUNK_BYTES).arrayBuffer());
      signal.throwIfAborted();
      // A call would wait for the connection, and come after another one had asked where to go on.
      if (server.state !== 'connected') throw new GatewireError('UNAVAILABLE');
      const chunk = server.timeout(CHUNK_MS).call('upload:chunk', { id, offset: next, bytes });
      flying.push(chunk.then(written, fail));
      if (flying.length === WINDOW) await Promise.race([flying.shift(), failed]);
    }
    await Promise.race([Promise.all(flying), failed]);
  } finally {
    isOver = true;
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves when there is a connection, or when nobody waits for it any more. */
function connected(server: Server, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (server.state !== 'connected' && !signal.aborted) return;
      stop();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const stop = server.subscribe(look);
    signal.addEventListener('abort', look);
    look();
  });
}
