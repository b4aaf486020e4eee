import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { requireOfSocketIo } from '../base/stack-check.js';

// A closed list: nothing that a client writes ever becomes a path.
const FILES: ReadonlySet<string> = new Set(
  ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'].flatMap((name) => [
    name,
    `${name}.map`,
  ]),
);

const packageFile = requireOfSocketIo.resolve('../package.json');
const { version } = requireOfSocketIo(packageFile) as { version: string };
const folder = join(dirname(packageFile), 'client-dist');

/**
 * Serves the browser bundles that socket.io ships, as Socket.IO itself does at `/socket.io/socket.io.js`.
 *
 * @returns whether the request was for one of them and has been answered
 */
export function serveClientFile(path: string, request: IncomingMessage, response: ServerResponse): boolean {
  const name = (request.url ?? '').slice(path.length + 1).split('?', 1)[0] ?? '';
  if (!FILES.has(name)) return false;
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
