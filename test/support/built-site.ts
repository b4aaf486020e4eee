import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BUILD_MS = 280_000;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Builds the site as `npm run docs` does; rejects with what was printed when that fails. */
export async function buildDocs(outDir: string): Promise<void> {
  await run(process.execPath, ['scripts/build-docs.js', 'build', '--outDir', outDir], { timeout: BUILD_MS });
}

/** Builds the site of another docs folder, without the pages that are made of doc comments. */
export async function buildSite(docs: string, outDir: string): Promise<void> {
  const program = path.resolve('node_modules/vitepress/bin/vitepress.js');
  await run(process.execPath, [program, 'build', docs, '--outDir', outDir], { timeout: BUILD_MS });
}

/** Serves a folder as it is, without rules: what is no file is 404. */
export async function serveFolder(folder: string): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const bytes = await readFile(file).catch(() => null);
    response.writeHead(bytes === null ? 404 : 200, { 'content-type': TYPES[path.extname(file)] ?? '' });
    response.end(bytes ?? undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
