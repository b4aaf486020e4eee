import { readFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Folder } from './folder.js';
import { pageScript } from './script.js';
import type { Uploads } from './uploads.js';

// A closed list instead of paths made from the URL: no request can reach another file.
const parts = new Map([
  ['/', { file: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/style.css', { file: 'style.css', type: 'text/css; charset=utf-8' }],
  ['/icon.svg', { file: 'icon.svg', type: 'image/svg+xml' }],
  ['/page.js', { file: null, type: 'text/javascript; charset=utf-8' }],
]);

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Answers the requests for the page and for files; those for the socket never get here. */
export function createPage(uploads: Uploads, folder: Folder): RequestListener {
  const download = async (id: string, response: ServerResponse): Promise<void> => {
    const file = uploads.find(id);
    if (file === null) return refuse(response, 404, 'not found');
    response.writeHead(200, {
      // Never shown in the browser: whatever somebody uploaded, it is no page of ours.
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, percent)}`,
      'content-length': file.size,
    });
    await pipeline(await folder.read(id), response);
  };
  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const [path = '/'] = (request.url ?? '/').split('?');
    const part = parts.get(path);
    const [, id] = /^\/files\/([0-9a-f]{32})$/.exec(path) ?? [];
    if (request.method !== 'GET') return refuse(response, 405, 'only GET');
    const served =
      part !== undefined ? serve(part, response) : id !== undefined ? download(id, response) : null;
    if (served === null) return refuse(response, 404, 'not found');
    served.catch(() => response.destroy()); // whoever downloads sees that it is not whole
  };
}

async function serve({ file, type }: { file: string | null; type: string }, response: ServerResponse) {
  const body = await (file === null ? pageScript() : readFile(new URL(`public/${file}`, import.meta.url)));
  response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
}
