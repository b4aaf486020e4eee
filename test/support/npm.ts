import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** npm's own program, which runs without a shell. */
export const npm =
  process.env['npm_execpath'] ??
  path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');

/** Packs a package as `npm publish` would, and returns the path of the tarball. */
export async function pack(folder: string, target: string): Promise<string> {
  const args = [npm, 'pack', '--json', '--pack-destination', target];
  const { stdout } = await run(process.execPath, args, { cwd: folder });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return path.join(target, filename);
}
