import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { checkApplication } from '../doctor/application.js';
import { checkCompiler } from '../doctor/compiler.js';
import { checkCopies } from '../doctor/copies.js';
import { type Finding, failure } from '../doctor/finding.js';
import { checkPortIsFree } from '../doctor/network.js';
import { checkVersions } from '../doctor/packages.js';
import { checkRedis } from '../doctor/redis.js';
import { CliError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { findApp } from '../find-app.js';
import { ownManifest } from '../own-package.js';
import { isTypeScript } from '../typescript.js';
import { renderFindings } from '../views/findings.js';

/** `gatewire doctor`: what goes wrong most often, and how each of it is mended. */
export const doctor: Command = defineCommand({
  usage: ['doctor [--app FILE] [--json]'],
  options: {
    app: { type: 'string', value: 'FILE', help: 'the file that exports `app`' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  notes: [
    'It looks at the versions of node, gatewire, its peers and what lies below them; at packages that are installed',
    'twice; at tsconfig.json as the compiler understands it; at the port (PORT, else 3000) and at REDIS_URL; and at',
    'the application, which is imported and never started. It changes nothing.',
    '',
    'exit codes: 0 no errors, 1 errors, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    if (words.length > 0) throw usageError(`\`${words[0]}\` is one word too many`, null, 'doctor');
    const findings = await examine(cwd, values.app);
    const errors = findings.filter(({ level }) => level === 'error').length;
    const totals = { errors, warnings: findings.filter(({ level }) => level === 'warning').length };
    output.print(
      values.json
        ? JSON.stringify({ findings, totals }, null, 2)
        : renderFindings(findings, totals, output.paint),
    );
    return errors === 0 ? EXIT.ok : EXIT.problems;
  },
});

async function examine(cwd: string, named: string | undefined): Promise<readonly Finding[]> {
  const app = await findApp(cwd, named).catch((error: unknown) => {
    // A file that was named and is not there is wrong usage; a project that has none is a finding.
    if (named === undefined && error instanceof CliError) return error;
    throw error;
  });
  const surroundings = [
    ...checkVersions(cwd, await ownManifest()),
    ...checkCopies(cwd),
    await checkPortIsFree(process.env),
    ...(await checkRedis(process.env)),
  ];
  if (app instanceof CliError) {
    const { message, help } = app.problem;
    return [...surroundings, failure('application', message, help)];
  }
  return [
    ...surroundings,
    ...(isTypeScript(app) ? checkCompiler(app, await isModule(app), cwd) : []),
    // Last: from here on this process can open no port.
    ...(await checkApplication(app, cwd)),
  ];
}

/** Whether package.json makes the files of its folder ES modules. */
async function isModule(file: string): Promise<boolean> {
  if (/\.mts$/.test(file)) return true;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
    if (text !== null) return /"type"\s*:\s*"module"/.test(text);
    if (folder === dirname(folder)) return false;
  }
}
