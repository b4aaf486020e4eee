import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { EXIT, usageError } from '../errors.js';
import { type FilesResult, renderFiles, WRITE_OPTIONS, writeFiles } from '../files.js';
import { projectName } from '../names.js';
import { install, type PackageManager, packageManagerOf } from '../new/package-manager.js';
import { projectFiles } from '../new/project.js';
import { askFor, type Choice } from '../new/questions.js';
import { listTemplates, readTemplate } from '../new/template.js';
import { alignRows, counted, isInteractive, jsonDocument, type Paint } from '../output.js';
import { ownManifest } from '../packages.js';
import { dev } from './dev.js';

/** `gatewire new`: makes a project that begins with one of the examples. */
export const newProject: Command = defineCommand({
  usage: ['new FOLDER --template NAME [--install] [--start] [--no-git] [--dry-run] [--force] [--json]'],
  options: {
    template: { type: 'string', value: 'NAME', help: 'the example that it begins with' },
    install: { type: 'boolean', help: 'install its packages, too' },
    start: { type: 'boolean', help: 'install its packages, and run it' },
    'no-git': { type: 'boolean', help: 'make no git repository' },
    ...WRITE_OPTIONS,
  },
  notes: [
    'templates',
    ...templateRows(),
    '',
    'The folder gives the project its name. Packages are installed by the package manager that runs this command: npm,',
    'pnpm, yarn or bun. What is missing is asked for when there is a terminal, and refused otherwise. The folder becomes a',
    'git repository, unless it is inside of one, or git is missing.',
    '',
    'exit codes: 0 fine, 1 cancelled, or the packages could not be installed, 2 wrong usage, or files are in the way',
  ],
  async run({ values, words, cwd, output }) {
    refuseExtraWords('new', words, 1);
    if (values.start && values.json) throw usageError('new', '--start prints more than one JSON document');
    const manager = packageManagerOf(process.env);
    const wanted: Partial<Choice> = {
      ...(words[0] !== undefined && { folder: words[0] }),
      ...(values.template !== undefined && { template: values.template }),
      ...((values.install || values.start) && { isInstalled: true, isStarted: values.start === true }),
    };
    const canAsk = values.json !== true && isInteractive();
    const choice = isComplete(wanted) || !canAsk ? demand(wanted) : await askFor(wanted, cwd, manager.name);
    if (choice === null) return EXIT.problems;
    const { folder, template, isInstalled, isStarted } = choice;
    const name = projectName(folder, cwd);
    const own = ownManifest();
    const files = projectFiles({ name, template, files: await readTemplate(template), manager, own });
    const target = resolve(cwd, folder);
    const shown = relativeTo(cwd, target);
    const dryRun = values['dry-run'] === true;
    const written = await writeFiles(target, shown, files, { force: values.force === true, dryRun });
    const isRepository = !dryRun && values['no-git'] !== true && initRepository(target);
    if (isInstalled && !dryRun) await install(target, manager);
    const next = commands(shown, manager, isInstalled && !dryRun);
    const result = { dryRun, files: written, next };
    output.print(
      values.json
        ? jsonDocument({ name, template, folder: shown || '.', isRepository, ...result })
        : dryRun
          ? renderFiles(result, 'then', output.paint)
          : summary(name, template, isRepository, result, output.paint),
    );
    return isStarted && !dryRun ? dev.run({ values: {}, words: [], cwd: target, output }) : EXIT.ok;
  },
});

function templateRows(): readonly string[] {
  const rows = listTemplates().map(({ name, summary }) => [{ text: name }, { text: summary }]);
  return alignRows(rows, 2, (_style, text) => text);
}

/** Tells whether nothing has to be asked: what is installed is the user's choice only where other things are. */
function isComplete({ folder, template }: Partial<Choice>): boolean {
  return folder !== undefined && template !== undefined;
}

/** Completes a choice without questions. @throws {CliError} GW_ERR_CLI_USAGE for what is missing */
function demand({ folder, template, isInstalled = false, isStarted = false }: Partial<Choice>): Choice {
  if (folder === undefined) throw usageError('new', 'new needs a folder');
  if (template !== undefined) return { folder, template, isInstalled, isStarted };
  const names = listTemplates().map(({ name }) => name);
  throw usageError('new', `new needs --template; there are ${names.join(', ')}`);
}

const GIT_LIMIT_MS = 10_000;

/**
 * Makes a git repository of a folder, without a commit.
 *
 * @returns false where it is inside of a repository already, and where git is missing or refuses
 */
function initRepository(folder: string): boolean {
  return !git(folder, 'rev-parse', '--is-inside-work-tree') && git(folder, 'init', '--quiet');
}

function git(cwd: string, ...args: readonly string[]): boolean {
  return spawnSync('git', args, { cwd, stdio: 'ignore', timeout: GIT_LIMIT_MS }).status === 0;
}

/** Lists the commands that are left to the user. */
function commands(folder: string, { name, run }: PackageManager, isInstalled: boolean): readonly string[] {
  return [
    ...(folder === '' ? [] : [`cd ${folder}`]),
    ...(isInstalled ? [] : [`${name} install`]),
    run('dev'),
  ];
}

/** Writes what was made, and what is left to do. The files are many, and `--dry-run` lists them. */
function summary(
  name: string,
  template: string,
  isRepository: boolean,
  { files, next }: FilesResult,
  paint: Paint,
): string {
  const overwritten = files.filter(({ action }) => action === 'overwrite').length;
  const what = [
    `${counted(files.length, 'file')} of the template ${template}`,
    ...(overwritten === 0 ? [] : [`${overwritten} overwritten`]),
    ...(isRepository ? ['in a git repository'] : []),
  ];
  return [
    `  made ${paint('good', name)}: ${what.join(', ')}`,
    `  next: ${paint('title', next.join(' && '))}`,
  ].join('\n');
}
