import { APP_OPTION, findApp } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { checkApplication } from '../doctor/application.js';
import { checkCompiler } from '../doctor/compiler.js';
import { type Finding, failure, renderFindings } from '../doctor/finding.js';
import { checkPortIsFree, checkRedis } from '../doctor/network.js';
import { checkCopies, checkVersions } from '../doctor/packages.js';
import { checkMain } from '../doctor/sources.js';
import { CliError, EXIT } from '../errors.js';
import { jsonDocument } from '../output.js';
import { isModule, ownManifest } from '../packages.js';
import { isTypeScript } from '../typescript.js';

/** `gatewire doctor`: checks the project for frequent mistakes, and says how to fix each. */
export const doctor: Command = defineCommand({
  usage: ['doctor [--app FILE] [--json]'],
  options: {
    ...APP_OPTION,
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  notes: [
    'It looks at the versions of node, gatewire, its peers and what lies below them; at packages that are installed',
    'twice; at tsconfig.json as the compiler understands it; at the port (PORT, else 3000) and at REDIS_URL; at the',
    'application, which is imported and never started; and at its sources, for gateways that it does not list. It',
    'changes nothing.',
    '',
    'exit codes: 0 no errors, 1 errors, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    refuseExtraWords('doctor', words, 0);
    const findings = await examine(cwd, values.app);
    const errors = findings.filter(({ level }) => level === 'error').length;
    const totals = { errors, warnings: findings.filter(({ level }) => level === 'warning').length };
    output.print(
      values.json ? jsonDocument({ findings, totals }) : renderFindings(findings, totals, output.paint),
    );
    return errors === 0 ? EXIT.ok : EXIT.problems;
  },
});

async function examine(cwd: string, named: string | undefined): Promise<readonly Finding[]> {
  const app = await findApp(cwd, named).catch((error: unknown) => {
    // A missing file is wrong usage when the user named it, and a finding otherwise.
    if (named === undefined && error instanceof CliError) return error;
    throw error;
  });
  // The compiler takes longer than everything else: a process of its own, beside this one.
  const compiler =
    app instanceof CliError || !isTypeScript(app) ? [] : checkCompiler(app, isModule(app), cwd);
  const surroundings = [
    ...checkVersions(cwd, ownManifest()),
    ...checkCopies(cwd),
    await checkPortIsFree(process.env),
    ...(await checkRedis(process.env)),
  ];
  if (app instanceof CliError) {
    const { message, help } = app.problem;
    return [...surroundings, failure('application', message, help)];
  }
  const main = await checkMain(cwd);
  // Last, because after it this process can open no port.
  const application = await checkApplication(app, cwd);
  return [...surroundings, ...main, ...(await compiler), ...application];
}
