import { relative, sep } from 'node:path';
import { suggest } from '../../base/suggest.js';
import { relativeTo } from '../../inspect/locate.js';
import { contractFiles } from '../add/contract.js';
import { gatewayFiles } from '../add/gateway.js';
import { middlewareFiles } from '../add/middleware.js';
import { type Project, readProject } from '../add/project.js';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { type NewFile, writeFiles } from '../files.js';
import { type Kind, type Names, namesOf } from '../names.js';
import { renderFiles } from '../views/files.js';

/** `gatewire add`: a gateway, a contract or a middleware, with a test. */
export const add: Command = defineCommand({
  usage: [
    'add gateway NAME [--folder FOLDER] [--dry-run] [--force] [--json]',
    'add contract NAME [--folder FOLDER] [--dry-run] [--force] [--json]',
    'add middleware NAME [--folder FOLDER] [--dry-run] [--force] [--json]',
  ],
  options: {
    folder: { type: 'string', value: 'FOLDER', help: 'where to write; beside the application otherwise' },
    'dry-run': { type: 'boolean', help: 'show what would be written, and write nothing' },
    force: { type: 'boolean', help: 'overwrite files that are there' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  notes: [
    'NAME may be written in any case: order-items, orderItems, OrderItemsGateway. The test connects and looks at an',
    "acknowledgement. It is for vitest or jest where package.json has one of them, else for Node's own runner.",
    '',
    'exit codes: 0 fine, 2 wrong usage, or files are in the way',
  ],
  async run({ values, words, cwd, output }) {
    const { kind, names } = readWords(words);
    const project = await readProject(cwd, values.folder);
    const files = MAKERS[kind](names, project.testImport);
    const shown = relative(cwd, project.folder).split(sep).join('/');
    const dryRun = values['dry-run'] === true;
    const written = await writeFiles(project.folder, shown, files, { force: values.force === true, dryRun });
    const result = { dryRun, files: written, next: nextSteps(kind, names, project) };
    const app = project.app === null ? 'the file that calls createApp' : relativeTo(cwd, project.app);
    output.print(
      values.json
        ? JSON.stringify({ kind, name: names.kebab, ...result }, null, 2)
        : renderFiles(result, `left to do, in ${app}`, output.paint),
    );
    return EXIT.ok;
  },
});

const MAKERS: Readonly<Record<Kind, (names: Names, testImport: string) => readonly NewFile[]>> = {
  gateway: gatewayFiles,
  contract: contractFiles,
  middleware: middlewareFiles,
};

const KINDS = Object.keys(MAKERS);

function readWords([kind, name, ...more]: readonly string[]): { kind: Kind; names: Names } {
  if (kind === undefined) throw usageError(`add needs one of ${KINDS.join(', ')}`, null, 'add');
  if (!isKind(kind)) throw usageError(`there is no \`${kind}\` to add`, suggest(kind, KINDS), 'add');
  if (name === undefined) throw usageError(`add ${kind} needs a name`, null, 'add');
  if (more.length > 0) throw usageError(`\`${more[0]}\` is one word too many`, null, 'add');
  return { kind, names: namesOf(kind, name) };
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(MAKERS, word);
}

/** What nobody but the author can do: the place in the list is theirs to choose. */
function nextSteps(
  kind: Kind,
  { kebab, pascal }: Names,
  { missing, folder, app }: Project,
): readonly string[] {
  const isMiddleware = kind === 'middleware';
  const file = `${kebab}.${isMiddleware ? 'middleware' : 'gateway'}`;
  const name = `${pascal}${isMiddleware ? 'Middleware' : 'Gateway'}`;
  const from = app === null ? `./${file}.js` : importPath(app, folder, file);
  const list = isMiddleware ? 'use' : 'gateways';
  return [
    `import { ${name} } from '${from}';`,
    `createApp({ ${list}: [/* … */ ${name}] })`,
    ...(missing.length === 0 ? [] : [`npm install ${missing.join(' ')}`]),
  ];
}

function importPath(app: string, folder: string, file: string): string {
  const path = relativeTo(`${app}/..`, `${folder}/${file}.js`);
  return path.startsWith('.') ? path : `./${path}`;
}
