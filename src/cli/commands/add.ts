import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { suggest } from '../../base/suggest.js';
import { relativeTo } from '../../inspect/locate.js';
import { type Registration, register } from '../add/register.js';
import { TEMPLATES } from '../add/templates.js';
import { findApp } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { cliError, EXIT, usageError } from '../errors.js';
import { editFile, renderFiles, WRITE_OPTIONS, writeFiles } from '../files.js';
import { type Kind, type Names, namesOf } from '../names.js';
import { jsonDocument } from '../output.js';
import { findInstalled, nearestManifest, readManifest } from '../packages.js';
import { isTypeScript } from '../typescript.js';

/** `gatewire add`: writes a gateway, a contract or a middleware, with a test. */
export const add: Command = defineCommand({
  usage: [
    'add gateway NAME [--folder FOLDER] [--dry-run] [--force] [--json]',
    'add contract NAME [--folder FOLDER] [--dry-run] [--force] [--json]',
    'add middleware NAME [--folder FOLDER] [--dry-run] [--force] [--json]',
  ],
  options: {
    folder: { type: 'string', value: 'FOLDER', help: 'where to write; beside the application otherwise' },
    ...WRITE_OPTIONS,
  },
  notes: [
    'NAME may be written in any case: order-items, orderItems, OrderItemsGateway. The test connects and looks at an',
    "acknowledgement. It is for vitest or jest where package.json has one of them, else for Node's own runner.",
    'The class is added to `gateways` (a middleware to `use`) of the application, where that is a plain list of names.',
    '',
    'exit codes: 0 fine, 2 wrong usage, or files are in the way',
  ],
  async run({ values, words, cwd, output }) {
    const { kind, names } = readWords(words);
    if (nearestManifest(join(cwd, 'package.json')) === null) {
      throw cliError('GW_ERR_CLI_NO_PROJECT', { folder: cwd });
    }
    const app = await sourceOfApp(cwd);
    const folder = values.folder === undefined ? await usualFolder(cwd, app) : resolve(cwd, values.folder);
    const files = TEMPLATES[kind](names, testRunner(cwd));
    const mode = { force: values.force === true, dryRun: values['dry-run'] === true };
    const written = await writeFiles(folder, relativeTo(cwd, folder), files, mode);
    const registration = registrationOf(kind, names, folder, app);
    const source = app === null ? null : await readFile(app, 'utf8');
    const isListed = new RegExp(`\\b${registration.name}\\b`).test(source ?? '');
    const changed = source === null || isListed ? null : register(source, registration);
    const place = app === null ? 'the file that calls createApp' : relativeTo(cwd, app);
    const edited = app !== null && changed !== null ? [await editFile(app, place, changed, mode)] : [];
    const left = isListed || edited.length > 0 ? [] : linesOf(registration);
    const result = {
      dryRun: mode.dryRun,
      files: [...written, ...edited],
      next: [...left, ...installation(cwd)],
    };
    output.print(
      values.json
        ? jsonDocument({ kind, name: names.kebab, ...result })
        : renderFiles(result, left.length === 0 ? 'left to do' : `left to do, in ${place}`, output.paint),
    );
    return EXIT.ok;
  },
});

const KINDS = Object.keys(TEMPLATES);

function readWords(words: readonly string[]): { kind: Kind; names: Names } {
  const [kind, name] = words;
  if (kind === undefined) throw usageError('add', `add needs one of ${KINDS.join(', ')}`);
  if (!isKind(kind)) throw usageError('add', `there is no \`${kind}\` to add`, suggest(kind, KINDS));
  if (name === undefined) throw usageError('add', `add ${kind} needs a name`);
  refuseExtraWords('add', words, 2);
  return { kind, names: namesOf(kind, name) };
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(TEMPLATES, word);
}

/** Finds the source of the application; null when there is none, or only a compiled one. */
async function sourceOfApp(cwd: string): Promise<string | null> {
  const app = await findApp(cwd, undefined).catch(() => null);
  // The folder of a compiled file is emptied by the next build.
  return app !== null && isTypeScript(app) ? app : null;
}

async function usualFolder(cwd: string, app: string | null): Promise<string> {
  if (app !== null) return dirname(app);
  const src = join(cwd, 'src');
  const found = await stat(src).catch(() => null);
  return found?.isDirectory() ? src : cwd;
}

const RUNNERS: Readonly<Record<string, string>> = {
  vitest: 'vitest',
  jest: '@jest/globals',
  '@jest/globals': '@jest/globals',
};

/** Returns the module that tests import `test` from: that of Node, where package.json has no other runner. */
function testRunner(cwd: string): string {
  const { dependencies, devDependencies, jest } = readManifest(cwd) ?? {};
  const packages = { ...(dependencies as object), ...(devDependencies as object) };
  // In a monorepo a package may have the configuration only.
  const names = [...Object.keys(packages), ...(jest === undefined ? [] : ['jest'])];
  const runner = names.find((name) => Object.hasOwn(RUNNERS, name));
  return (runner !== undefined && RUNNERS[runner]) || 'node:test';
}

/** Says how an application lists the new class. */
function registrationOf(
  kind: Kind,
  { kebab, pascal }: Names,
  folder: string,
  app: string | null,
): Registration {
  const isMiddleware = kind === 'middleware';
  const file = `${kebab}.${isMiddleware ? 'middleware' : 'gateway'}`;
  return {
    name: `${pascal}${isMiddleware ? 'Middleware' : 'Gateway'}`,
    from: app === null ? `./${file}.js` : importPath(app, folder, file),
    list: isMiddleware ? 'use' : 'gateways',
  };
}

/** Writes the lines of code that are left to the user where the application has no plain list. */
function linesOf({ name, from, list }: Registration): readonly string[] {
  return [`import { ${name} } from '${from}';`, `createApp({ ${list}: [/* … */ ${name}] })`];
}

function importPath(app: string, folder: string, file: string): string {
  const path = relativeTo(dirname(app), join(folder, `${file}.js`));
  return path.startsWith('.') ? path : `./${path}`;
}

/** Writes the command that installs what the new files import; no line when nothing is missing. */
function installation(cwd: string): readonly string[] {
  const needed = ['gatewire', 'socket.io-client', 'zod'];
  const missing = needed.filter((name) => findInstalled(name, cwd) === null);
  return missing.length === 0 ? [] : [`npm install ${missing.join(' ')}`];
}
