import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkGateways } from '../../../src/cli/doctor/sources.js';
import { createApp, Gateway, OnEvent } from '../../../src/index.js';
import { gatewire } from './gatewire.js';
import { APP, HealthyProject, toFix } from './healthy-project.js';

let project: HealthyProject;

beforeEach(() => {
  project = new HealthyProject();
});
afterEach(() => project.remove());

@Gateway('/chat')
class ChatGateway {
  @OnEvent('say') say() {}
}
/** What the application of the project lists. */
const plan = createApp({ gateways: [ChatGateway] }).plan();

describe('gatewire doctor', () => {
  it('finds nothing in a project in which all is well', async () => {
    const { code, findings } = await project.examine();
    expect(toFix(findings)).toEqual([]);
    expect(code).toBe(0);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(
        'node gatewire peers advisories copies port tsconfig decorators resolution application'.split(' '),
      ),
    );
  });

  it('shows level, fact and fix of each, and the totals', async () => {
    project.compile();
    project.writeApp(APP.replace(/, \{ auth: .*\)\n/, ')\n'));
    const { code, stdout, stderr } = await gatewire(['doctor'], {
      cwd: project.path,
      env: { PORT: 'http', NO_COLOR: '1' },
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^ {2}ok {7}node {9}Node \d+\.\d+\.\d+\n/);
    expect(stdout).toContain('  error    port         PORT is "http"\n');
    expect(stdout).toContain('                        fix: a whole number from 0 to 65535\n');
    expect(stdout).toContain(
      '  warning  open         everybody may enter the namespace /chat (ChatGateway)\n',
    );
    expect(stdout).toMatch(/\n\n {2}1 error, 1 warning\n$/);
  });

  it('warns of a RegExp that may take very long', async () => {
    project.compile();
    project.writeApp(APP.replace("@OnEvent('say')", '@OnEvent(/^(\\w+:?)+$/)'));
    const { code, findings } = await project.examine();
    expect(code).toBe(0);
    expect(toFix(findings)).toMatchObject([
      { check: 'patterns', level: 'warning', fact: expect.stringContaining('/^(\\w+:?)+$/ (src/app.ts:3') },
    ]);
  });

  it('finds gateways that no application lists', async () => {
    project.write('src/rooms/forgotten.gateway.ts', gateway('ForgottenGateway'));
    project.write('src/other.gateway.ts', gateway('OtherGateway'));
    project.write('src/other.ts', `${LIST}createApp({ gateways: [OtherGateway] });`);
    project.write('src/kit.gateway.ts', '@Kit.Gateway()\n@Use(Audit)\nexport class KitGateway {}\n');
    project.write('src/probe.gateway.test.ts', gateway('ProbeGateway'));
    project.write(
      'src/prose.ts',
      "/**\n * @Gateway('/x') class ProseGateway\n */\n// @Gateway() class Prose {}\n",
    );
    const { code, findings } = await project.examine();
    expect(code).toBe(0);
    expect(toFix(findings)).toEqual([
      expect.objectContaining({
        check: 'gateways',
        level: 'warning',
        fact: 'KitGateway (src/kit.gateway.ts:1) is in no application, so nobody can reach it',
      }),
      expect.objectContaining({
        fact: 'ForgottenGateway (src/rooms/forgotten.gateway.ts:2) is in no application, so nobody can reach it',
        fix: 'list it: createApp({ gateways: [… ForgottenGateway] })',
      }),
    ]);
  });

  const gateway = (name: string) =>
    `import { Gateway } from 'gatewire';\n@Gateway('/x')\nexport class ${name} {}\n`;
  const LIST = "import { OtherGateway } from './other.gateway.js';\n";

  it.each<[string, Readonly<Record<string, string>>]>([
    [
      'an array of another file',
      {
        'list.ts': `${LIST}export const gateways = [OtherGateway];\n`,
        'other.ts': "import { gateways } from './list.js';\ncreateApp({ gateways });\n",
      },
    ],
    [
      'an array that is spread',
      {
        'list.ts': `${LIST}export const admin = [OtherGateway];\n`,
        'other.ts': "import { admin } from './list';\ncreateApp({ gateways: [...admin] });\n",
      },
    ],
    [
      'an index of a folder, as a whole',
      {
        'all/index.ts': "export * from '../other.gateway.js';\n",
        'other.ts': "import * as all from './all/index.js';\ncreateApp({ gateways: Object.values(all) });\n",
      },
    ],
    [
      'the caller of a function that makes the application',
      {
        'make.ts': 'export const make = (gateways) => createApp({ gateways });\n',
        'other.ts': `${LIST}import { make } from './make.js';\nmake([OtherGateway]);\n`,
      },
    ],
    [
      'a list under a condition',
      {
        'app.ts': `${LIST}${APP.replace('[ChatGateway]', '[ChatGateway, ...(process.env.ADMIN ? [OtherGateway] : [])]')}`,
      },
    ],
    [
      'an alias of tsconfig.json',
      { 'other.ts': "import { gateways } from '@/list';\ncreateApp({ gateways });\n" },
    ],
    [
      'an import of package.json',
      { 'other.ts': "import { gateways } from '#list';\ncreateApp({ gateways });\n" },
    ],
    [
      'a folder that is read',
      { 'other.ts': 'const all = await import(file);\ncreateApp({ gateways: [all.One] });\n' },
    ],
  ])('says nothing of a gateway that another application may have from %s', async (_, files) => {
    project.write('src/other.gateway.ts', gateway('OtherGateway'));
    const app = path.join(project.path, 'src/app.ts');
    expect(await checkGateways(app, plan, project.path)).toHaveLength(1);
    for (const [file, text] of Object.entries(files)) project.write(`src/${file}`, text);
    expect(await checkGateways(app, plan, project.path)).toEqual([]);
  });

  it('finds one that another application does not import', async () => {
    project.write('src/forgotten.gateway.ts', gateway('ForgottenGateway'));
    project.write('src/other.gateway.ts', gateway('OtherGateway'));
    project.write('src/list.ts', `${LIST}export const gateways = [OtherGateway];\n`);
    project.write(
      'src/other.ts',
      "import { readFileSync } from 'node:fs';\nimport { createApp } from 'gatewire';\nimport { gateways } from './list.js';\ncreateApp({ gateways });\n",
    );
    expect(toFix((await project.examine()).findings)).toMatchObject([
      { check: 'gateways', fact: expect.stringContaining('ForgottenGateway (src/forgotten.gateway.ts:2)') },
    ]);
  });

  it('finds a main file that awaits outside of an ES module', async () => {
    project.write('src/main.ts', "import { app } from './app.js';\n\nawait app.run(3000);\n");
    expect(toFix((await project.examine()).findings)).toEqual([]);
    project.write('package.json', '{}');
    const { code, findings } = await project.examine();
    expect(code).toBe(1);
    expect(toFix(findings)).toEqual([
      {
        check: 'module',
        level: 'error',
        fact: 'src/main.ts awaits at its top level, which only ES modules can',
        fix: 'npm pkg set type=module',
      },
    ]);
    project.write(
      'src/main.ts',
      "import { app } from './app.js';\n\nasync () => {\n  await app.run(3000);\n};\n",
    );
    expect(toFix((await project.examine()).findings)).toEqual([]);
  });

  it('tells a project without an application from a wrong command line', async () => {
    project.write('package.json', JSON.stringify({ gatewire: { app: 'none.ts' } }));
    const { code, findings } = await project.examine();
    expect(code).toBe(1);
    expect(toFix(findings)).toMatchObject([
      { check: 'application', fact: 'no application found (tried none.ts)' },
    ]);
    for (const args of [['--app', 'none.ts'], ['now'], ['--fix']]) {
      const ended = await gatewire(['doctor', ...args], { cwd: project.path });
      expect(ended).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
