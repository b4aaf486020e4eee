import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suggest } from '../../base/suggest.js';
import { usageError } from '../arguments.js';
import { EXAMPLES } from '../own-package.js';

/** An example of gatewire, as a beginning for somebody's own project. */
export interface Template {
  readonly name: string;
  /** The first sentence of its README. */
  readonly summary: string;
}

/** One file of a template. */
export interface TemplateFile {
  /** From the folder of the example, with forward slashes. */
  readonly path: string;
  readonly content: Buffer;
}

/** Lists the templates: every folder of examples/ that can be started. */
export async function listTemplates(): Promise<readonly Template[]> {
  const entries = await readdir(EXAMPLES, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const templates = await Promise.all(
    names.map(async (name) => {
      const isStartable = (await readdir(join(EXAMPLES, name))).includes('main.ts');
      return isStartable ? [{ name, summary: await summaryOf(name) }] : [];
    }),
  );
  return templates.flat().sort(({ name: a }, { name: b }) => (a < b ? -1 : 1));
}

/**
 * Reads the files of a template.
 *
 * @throws {CliError} GW_ERR_CLI_USAGE when there is no such template
 */
export async function readTemplate(name: string): Promise<readonly TemplateFile[]> {
  const names = (await listTemplates()).map((template) => template.name);
  if (!names.includes(name)) {
    const reason = `there is no template \`${name}\`; there are ${names.join(', ')}`;
    throw usageError(reason, suggest(name, names), 'new');
  }
  return readFolder(join(EXAMPLES, name), '');
}

/** What is installed or built beside an example is none of its files. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);

async function readFolder(root: string, below: string): Promise<readonly TemplateFile[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter(({ name }) => !SKIPPED.has(name))
      .map(async (entry): Promise<readonly TemplateFile[]> => {
        const path = `${below}${entry.name}`;
        if (entry.isDirectory()) return readFolder(root, `${path}/`);
        return [{ path, content: await readFile(join(root, path)) }];
      }),
  );
  return files.flat();
}

async function summaryOf(name: string): Promise<string> {
  const readme = await readFile(join(EXAMPLES, name, 'README.md'), 'utf8').catch(() => '');
  const [, paragraph = ''] = readme.split(/\n\s*\n/);
  return /^[^.:]+/.exec(paragraph.replaceAll('\n', ' '))?.[0] ?? '';
}
