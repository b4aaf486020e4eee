import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { npm, pack } from './npm.js';

const run = promisify(execFile);

interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
}

/**
 * A registry that has the packages of this repository as if they were published, and sends npm to its own registry for
 * all others.
 */
export class Registry {
  readonly #server: Server;
  readonly #cache: string;

  private constructor(server: Server, cache: string) {
    this.#server = server;
    this.#cache = cache;
  }

  /** @param folders - of packages, packed as `npm publish` would */
  static async start(folders: readonly string[]): Promise<Registry> {
    const [elsewhere, shared] = [await configOf('registry'), await configOf('cache')];
    const packages = new Map<string, Packed>();
    for (const folder of folders) {
      const packed = await read(folder);
      packages.set(packed.manifest.name, packed);
    }
    const server = createServer((request, response) => {
      const [, name = '', isTarball] = /^\/([^/]+)(\/-\/)?/.exec(request.url ?? '') ?? [];
      const found = packages.get(name);
      if (found === undefined) {
        response.writeHead(307, { location: new URL(request.url?.slice(1) ?? '', elsewhere).href }).end();
      } else if (isTarball === undefined) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(packument(found, `http://${request.headers.host}`)));
      } else {
        response.end(found.tarball);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // What npm has downloaded once is there; what it ran under the same version, for another test, is not.
    const cache = mkdtempSync(path.join(tmpdir(), 'gatewire-npm-'));
    symlinkSync(path.join(shared, '_cacache'), path.join(cache, '_cacache'), 'junction');
    return new Registry(server, cache);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Runs npm, which asks this registry, and returns all that it printed. */
  async npm(args: readonly string[], cwd: string, timeout: number): Promise<string> {
    const settings = { npm_config_registry: this.url, npm_config_cache: this.#cache, npm_config_yes: 'true' };
    const options = { cwd, env: { ...process.env, ...settings }, timeout };
    const { stdout, stderr } = await run(process.execPath, [npm, ...args], options);
    return stdout + stderr;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#cache, { recursive: true });
  }
}

/** What npm is set to. */
async function configOf(name: string): Promise<string> {
  const { stdout } = await run(process.execPath, [npm, 'config', 'get', name]);
  return stdout.trim();
}

async function read(folder: string): Promise<Packed> {
  const target = mkdtempSync(path.join(tmpdir(), 'gatewire-registry-'));
  try {
    const tarball = readFileSync(await pack(folder, target));
    return { manifest: JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')), tarball };
  } finally {
    rmSync(target, { recursive: true });
  }
}

/** What a registry answers for a package of one version. */
function packument({ manifest, tarball }: Packed, origin: string): object {
  const { name, version } = manifest;
  const dist = {
    tarball: `${origin}/${name}/-/${name}-${version}.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
  };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
