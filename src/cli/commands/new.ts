import { relative, resolve, sep } from 'node:path';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { cliError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { writeFiles } from '../files.js';
import { install } from '../new/install.js';
import { projectFiles } from '../new/project.js';
import { problemOfName, projectName } from '../new/project-name.js';
import { listTemplates, readTemplate } from '../new/template.js';
import { ownManifest } from '../own-package.js';
import { isInteractive } from '../terminal.js';
import { renderFiles } from '../views/files.js';

/** `gatewire new`: a project that begins with one of the examples. */
export const newProject: Command = defineCommand({
  usage: ['new FOLDER --template NAME [--install] [--dry-run] [--force] [--json]'],
  options: {
    template: { type: 'string', value: 'NAME', help: 'the example that it begins with' },
    install: { type: 'boolean', help: 'install its packages, too' },
    'dry-run': { type: 'boolean', help: 'show what would be written, and write nothing' },
    force: { type: 'boolean', help: 'overwrite files that are there' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  notes: [
    'Templates are the examples of gatewire, such as echo, chat and secure-chat. The folder gives the project its name.',
    'What is missing is asked for when there is a terminal, and refused otherwise.',
    '',
    'exit codes: 0 fine, 1 cancelled, or the packages could not be installed, 2 wrong usage, or files are in the way',
  ],
  async run({ values, words, cwd, output }) {
    if (words.length > 1) throw usageError(`\`${words[1]}\` is one word too many`, null, 'new');
    const asked = await complete(words[0], values.template, values.json !== true && isInteractive());
    if (asked === null) return EXIT.problems;
    const { folder, template } = asked;
    const problem = problemOfName(folder, cwd);
    if (problem !== null) {
      throw cliError('GW_ERR_CLI_BAD_NAME', { what: 'project', name: projectName(folder, cwd), ...problem });
    }
    const name = projectName(folder, cwd);
    const files = projectFiles(name, await readTemplate(template), await ownManifest());
    const target = resolve(cwd, folder);
    const shown = relative(cwd, target).split(sep).join('/');
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
        ? JSON.stringify({ name, template, folder: shown || '.', ...result }, null, 2)
        : renderFiles(result, dryRun ? 'then' : 'now', output.paint),
    );
    return EXIT.ok;
  },
});

interface Asked {
  readonly folder: string;
  readonly template: string;
}

/** Fills in what was not said: by questions, where somebody can answer; null when they do not want to. */
async function complete(
  folder: string | undefined,
  template: string | undefined,
  canAsk: boolean,
): Promise<Asked | null> {
  if (folder !== undefined && template !== undefined) return { folder, template };
  const templates = await listTemplates();
  if (!canAsk) {
    const reason =
      folder === undefined
        ? 'new needs a folder'
        : `new needs --template; there are ${templates.map(({ name }) => name).join(', ')}`;
    throw usageError(reason, null, 'new');
  }
  const { askFolder, askTemplate, Cancelled } = await import('../new/questions.js');
  try {
    return { folder: folder ?? (await askFolder()), template: template ?? (await askTemplate(templates)) };
  } catch (error) {
    if (error instanceof Cancelled) return null;
    throw error;
  }
}
