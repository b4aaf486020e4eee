import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { requireOf } from '../base/own-require.js';

// A closed list: nothing that a client writes ever becomes a path.
const FILES: ReadonlySet<string> = new Set(
  ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'].flatMap((name) => [
    name,
    `${name}.map`,
  ]),
);

/** Files of the installed socket.io; null in a bundle, which has none. */
interface Installed {
  readonly folder: string;
  readonly version: string;
}

let installed: Installed | null = null;

function findInstalled(): Installed | null {
  try {
    const require = requireOf('socket.io');
    const file = require.resolve('../package.json');
    const { version } = require(file) as { version: string };
    return { version, folder: join(dirname(file), 'client-dist') };
  } catch {
    return null;
  }
}

/**
 * Serves the browser bundles that socket.io ships, as Socket.IO itself does at `/socket.io/socket.io.js`.
 *
 * @returns whether the request was for one of them and has been answered
 */
export function serveClientFile(path: string, request: IncomingMessage, response: ServerResponse): boolean {
  const name = (request.url ?? '').slice(path.length + 1).split('?', 1)[0] ?? '';
  if (!FILES.has(name)) return false;
  installed ??= findInstalled();
  if (installed === null) {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end(
      'The files of Socket.IO are not installed beside this server: let the page bundle its client.',
    );
    return true;
  }
  const { version, folder } = installed;
  const etag = `"${version}"`;
  // Modules of pages elsewhere are only loaded with it. The files are those of the public package.
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('etag', etag);
  response.setHeader('cache-control', 'public, max-age=0');
  if (request.headers['if-none-match']?.replace(/^W\//, '') === etag) {
    response.writeHead(304).end();
    return true;
  }
  const type = name.endsWith('.map') ? 'json' : 'javascript';
  response.setHeader('content-type', `application/${type}; charset=utf-8`);
  const ignore = (): void => {}; // a client that hangs up midway is no news
  if (/\bgzip\b/.test(String(request.headers['accept-encoding']))) {
    response.setHeader('content-encoding', 'gzip');
    pipeline(createReadStream(join(folder, name)), createGzip(), response, ignore);
  } else {
    pipeline(createReadStream(join(folder, name)), response, ignore);
  }
  return true;
}
