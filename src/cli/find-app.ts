import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cliError } from './errors.js';

const USUAL_PLACES = ['src/app.ts', 'app.ts', 'dist/app.js', 'app.js'];

/**
 * Finds the file of the application: the one that is named, else that of package.json, else the usual places.
 *
 * @param named - the value of `--app`
 * @returns an absolute path
 * @throws {CliError} GW_ERR_CLI_NO_APP with everything that was tried
 */
export async function findApp(cwd: string, named: string | undefined): Promise<string> {
  const tried = named === undefined ? await candidates(cwd) : [named];
  for (const candidate of tried) {
    const file = resolve(cwd, candidate);
    if (await isFile(file)) return file;
  }
  throw cliError('GW_ERR_CLI_NO_APP', { tried: tried.join(', ') });
}

async function candidates(cwd: string): Promise<readonly string[]> {
  const configured = await configuredApp(cwd);
  return configured === undefined ? USUAL_PLACES : [configured];
}

/** The field `gatewire.app` of package.json. One that is set and wrong is not passed over in silence. */
async function configuredApp(cwd: string): Promise<string | undefined> {
  const text = await readFile(join(cwd, 'package.json'), 'utf8').catch(() => null);
  if (text === null) return undefined;
  const app = fieldOf(fieldOf(parse(text), 'gatewire'), 'app');
  if (app === undefined || (typeof app === 'string' && app !== '')) return app;
  throw cliError('GW_ERR_CLI_NO_APP', { tried: `\`gatewire.app\` of package.json, which is ${typeof app}` });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw cliError('GW_ERR_CLI_NO_APP', { tried: 'package.json, which is not JSON' });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
