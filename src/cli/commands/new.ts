import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, resolve } from 'node:path';
import { cancel, select, text } from '@clack/prompts';
import { relativeTo } from '../../inspect/locate.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { cliError, EXIT, usageError } from '../errors.js';
import { renderFiles, WRITE_OPTIONS, writeFiles } from '../files.js';
import { objectionToPackage, projectName } from '../names.js';
import { projectFiles } from '../new/project.js';
import { listTemplates, readTemplate, type Template } from '../new/template.js';
import { isInteractive, jsonDocument } from '../output.js';
import { ownManifest } from '../packages.js';

/** `gatewire new`: makes a project that begins with one of the examples. */
export const newProject: Command = defineCommand({
  usage: ['new FOLDER --template NAME [--install] [--dry-run] [--force] [--json]'],
  options: {
    template: { type: 'string', value: 'NAME', help: 'the example that it begins with' },
    install: { type: 'boolean', help: 'install its packages, too' },
    ...WRITE_OPTIONS,
  },
  notes: [
    'Templates are the examples of gatewire, such as echo, chat and secure-chat. The folder gives the project its name.',
    'What is missing is asked for when there is a terminal, and refused otherwise.',
    '',
    'exit codes: 0 fine, 1 cancelled, or the packages could not be installed, 2 wrong usage, or files are in the way',
  ],
  async run({ values, words, cwd, output }) {
    refuseExtraWords('new', words, 1);
    const canAsk = values.json !== true && isInteractive();
    const choice = await complete(words[0], values.template, cwd, canAsk);
    if (choice === null) return EXIT.problems;
    const { folder, template } = choice;
    const name = projectName(folder, cwd);
    const files = projectFiles(name, await readTemplate(template), ownManifest());
    const target = resolve(cwd, folder);
    const shown = relativeTo(cwd, target);
    const dryRun = values['dry-run'] === true;
    const written = await writeFiles(target, shown, files, { force: values.force === true, dryRun });
    const isInstalled = values.install === true && !dryRun;
    if (isInstalled) await install(target);
    const next = [
      ...(shown === '' ? [] : [`cd ${shown}`]),
      ...(isInstalled ? [] : ['npm install']),
      'npm run dev',
    ];
    const result = { dryRun, files: written, next };
    output.print(
      values.json
        ? jsonDocument({ name, template, folder: shown || '.', ...result })
        : renderFiles(result, dryRun ? 'then' : 'now', output.paint),
    );
    return EXIT.ok;
  },
});

/**
 * Completes what the command line leaves out: by questions, where a user can answer.
 *
 * @returns null when the user cancels
 */
async function complete(
  folder: string | undefined,
  template: string | undefined,
  cwd: string,
  canAsk: boolean,
): Promise<Choice | null> {
  if (folder !== undefined && template !== undefined) return { folder, template };
  const templates = await listTemplates();
  if (canAsk) {
    return askFor({ folder, template }, cwd, templates);
  }
  if (folder === undefined) throw usageError('new', 'new needs a folder');
  const names = templates.map(({ name }) => name).join(', ');
  throw usageError('new', `new needs --template; there are ${names}`);
}

/**
 * Installs the packages of a project, with the package manager that runs this command.
 *
 * @throws {CliError} GW_ERR_CLI_INSTALL_FAILED when the package manager ends with an error
 */
async function install(folder: string): Promise<void> {
  // npm, pnpm and yarn set it to their own program; without it, npm is taken from the path.
  const program = process.env['npm_execpath'];
  const isScript = program !== undefined && /\.[cm]?js$/.test(program);
  const child = spawn(
    isScript ? process.execPath : 'npm',
    isScript ? [program, 'install'] : ['install'],
    // Standard output belongs to the command. On Windows npm is a script of the shell.
    { cwd: folder, stdio: ['ignore', 2, 2], shell: !isScript && process.platform === 'win32' },
  );
  const reason = await once(child, 'exit').then(
    ([code]) => (code === 0 ? null : `it ended with ${code}`),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  if (reason !== null) throw cliError('GW_ERR_CLI_INSTALL_FAILED', { reason });
}

/** Folder and template that a project is made of. */
export interface Choice {
  readonly folder: string;
  readonly template: string;
}

const DEFAULT_FOLDER = 'app';

/**
 * Asks for the parts of a choice that are missing.
 *
 * @returns null when the user cancels a question
 */
async function askFor(
  { folder, template }: { readonly [TPart in keyof Choice]: string | undefined },
  cwd: string,
  templates: readonly Template[],
): Promise<Choice | null> {
  const chosenFolder = folder ?? answered(await askFolder(cwd));
  if (chosenFolder === null) return null;
  const chosenTemplate = template ?? answered(await askTemplate(templates));
  return chosenTemplate === null ? null : { folder: chosenFolder, template: chosenTemplate };
}

function askFolder(cwd: string): Promise<string | symbol> {
  return text({
    message: 'Folder of the project',
    defaultValue: DEFAULT_FOLDER,
    placeholder: DEFAULT_FOLDER,
    validate: (value) => objectionToPackage(basename(resolve(cwd, value || DEFAULT_FOLDER))) ?? undefined,
  });
}

function askTemplate(templates: readonly Template[]): Promise<string | symbol> {
  const options = templates.map(({ name, summary }) => ({ value: name, label: name, hint: summary }));
  return select({ message: 'Which example does it begin with?', options });
}

/** Returns null, and says so, when the question was cancelled. */
function answered(answer: string | symbol): string | null {
  if (typeof answer === 'string') return answer;
  cancel('nothing was written');
  return null;
}
