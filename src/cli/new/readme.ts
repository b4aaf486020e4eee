import { posix } from 'node:path';
import type { PackageManager } from './package-manager.js';

/** Content of the README of a project. */
export interface ReadmeParts {
  /** Name of the project. */
  readonly name: string;
  /** Name of the example. */
  readonly template: string;
  /** README.md of the example. */
  readonly text: string;
  /** `scripts` of package.json. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly manager: PackageManager;
  /** Address of gatewire's repository. */
  readonly repository: string;
}

/** Marks around the parts of an example's README that are about gatewire's repository only. */
const REPOSITORY = /<!-- repository -->\n[\s\S]*?<!-- \/repository -->\n*/;
const ALL_REPOSITORY = new RegExp(REPOSITORY, 'g');
const LINK_OUT = /\]\((\.\.\/[^)]*)\)/g;

/**
 * Turns the README of an example into that of a project: it is started in another way, and files of gatewire's
 * repository are somewhere else.
 */
export function projectReadme({ name, template, text, scripts, manager, repository }: ReadmeParts): string {
  const [, ...rest] = text.split('\n');
  const start = startOf(scripts, manager);
  const body = rest.join('\n').trim();
  const withStart = REPOSITORY.test(body) ? body.replace(REPOSITORY, () => start) : `${start}${body}`;
  const address = (path: string): string =>
    `${repository}/blob/main/${posix.join('examples', template, path)}`;
  const linked = withStart
    .replace(ALL_REPOSITORY, '')
    .replace(LINK_OUT, (_, path: string) => `](${address(path)})`);
  return `# ${name}\n\n${linked.trim()}\n`;
}

const MEANINGS: Readonly<Record<string, string>> = {
  start: 'starts the server and prints its URL; `PORT` chooses another port',
  dev: 'the same, and again whenever a file changes',
  build: 'compiles to `dist/`',
  'start:prod': 'starts what was compiled, without a compiler',
  test: 'runs the tests, with the real server and real clients',
  typecheck: 'checks the types',
  lint: 'checks the code; `npx biome check --write` fixes what it can',
};

function startOf(scripts: Readonly<Record<string, string>>, { name, run, exec }: PackageManager): string {
  const rows = Object.keys(scripts).map((script) => {
    const meaning = (MEANINGS[script] ?? '').replace('npx', exec);
    return `| \`${run(script)}\` | ${meaning} |`;
  });
  return [
    '```sh',
    `${name} install`,
    run('dev'),
    '```',
    '',
    '| command | what it does |',
    '| --- | --- |',
    ...rows,
    '| `docker compose up --build` | builds the image and starts it |',
    `| \`${exec} gatewire events\` | lists what the server listens to |`,
    `| \`${exec} gatewire add gateway NAME\` | writes a gateway and its test |`,
    `| \`${exec} gatewire doctor\` | looks for what goes wrong most often |`,
    '',
    '',
  ].join('\n');
}
