import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shared } from '../../support/shared.js';
import { emptyFolder } from '../cli/project.js';

const run = promisify(execFile);
const folder = emptyFolder();
let unpacked = '';
const modules = path.resolve('node_modules');

beforeAll(async () => {
  unpacked = await shared('package');
});
afterAll(() => folder.remove());

const APP = `import { createApp, Gateway, inject, OnEvent, type EventContext } from 'gatewire';

export class Words {
  greeting(): string {
    return 'hello';
  }
}

@Gateway('/hello')
export class HelloGateway {
  constructor(@inject(Words) private readonly words: Words) {}

  @OnEvent('hello')
  hello(name: string, ctx: EventContext) {
    ctx.broadcast.emit('came', name);
    return \`\${this.words.greeting()} \${name}\`;
  }
}

export const app = createApp({ gateways: [HelloGateway] });
`;

/** The same test for all runners; what differs is where its functions come from. */
const testWith = (imports: string) => `${imports}
import { createTestApp } from 'gatewire/testing';
import { app, Words } from './app';

it('runs the application with another service', async () => {
  const test = await createTestApp(app, { rebind: [{ provide: Words, useValue: { greeting: () => 'ahoy' } }] });
  const ann = await test.client.connect();
  expect(await ann.call('hello', 'ann')).toBe('ahoy ann');
  expect(test.emits).toMatchObject([{ event: 'came', args: ['ann'], except: [ann.socket.id] }]);
  await test.close();
});
`;

interface Runner {
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly passed: RegExp;
}

const json = (value: object): string => JSON.stringify(value, null, 2);
const SWC = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true },
  },
  module: { type: 'es6' },
};
const TSCONFIG = json({
  compilerOptions: { experimentalDecorators: true, module: 'nodenext', target: 'es2022' },
});

const RUNNERS: Readonly<Record<string, Runner>> = {
  'jest with CommonJS': {
    files: {
      'package.json': json({ private: true }),
      'jest.config.js': "module.exports = { preset: 'gatewire/jest-commonjs' };\n",
      'src/app.test.ts': testWith("import { expect, it } from '@jest/globals';"),
    },
    args: [path.join(modules, 'jest/bin/jest.js'), '--testTimeout=120000'],
    passed: /Tests: +1 passed/,
  },
  'jest with modules': {
    files: {
      'package.json': json({ private: true, type: 'module' }),
      'jest.config.js': `export default { extensionsToTreatAsEsm: ['.ts'], transform: { '\\\\.ts$': ['@swc/jest', ${json(SWC)}] } };\n`,
      'src/app.test.ts': testWith("import { expect, it } from '@jest/globals';"),
    },
    args: ['--experimental-vm-modules', path.join(modules, 'jest/bin/jest.js'), '--testTimeout=120000'],
    passed: /Tests: +1 passed/,
  },
  vitest: {
    files: {
      'package.json': json({ private: true, type: 'module' }),
      'tsconfig.json': TSCONFIG,
      'src/app.test.ts': testWith("import { expect, it } from 'vitest';"),
    },
    args: [path.join(modules, 'vitest/vitest.mjs'), 'run', '--testTimeout=120000'],
    passed: /Tests +1 passed/,
  },
  'node:test': {
    files: {
      'package.json': json({ private: true, type: 'module' }),
      'tsconfig.json': TSCONFIG,
      'src/app.test.ts': testWith("import { it } from 'node:test';\nimport { expect } from '@jest/globals';")
        .replace("import { expect } from '@jest/globals';", "import assert from 'node:assert/strict';")
        .replace(/expect\((await .*)\)\.toBe\((.*)\);/, 'assert.equal($1, $2);')
        .replace(/expect\(test\.emits\).*;/, "assert.equal(test.emits[0]?.event, 'came');"),
    },
    args: ['--import', 'tsx', '--test', '--test-reporter=tap', 'src/app.test.ts'],
    passed: /^# pass 1$/m,
  },
};

describe.each(Object.entries(RUNNERS))('a fresh project with %s, from the packed package', (name, runner) => {
  it('tests an application', async () => {
    const project = path.join(folder.path, name.replace(/\W+/g, '-'));
    mkdirSync(path.join(project, 'src'), { recursive: true });
    for (const [file, text] of Object.entries({ 'src/app.ts': APP, ...runner.files })) {
      writeFileSync(path.join(project, file), text);
    }
    install(project);
    const env = { ...process.env, CI: 'true', NO_COLOR: '1', NODE_OPTIONS: '' };
    const { stdout, stderr } = await run(process.execPath, runner.args, { cwd: project, env }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    expect(stdout + stderr).toMatch(runner.passed);
  });
});

/** Everything of this repository but gatewire itself, which is a real copy: runners treat what is linked otherwise. */
function install(project: string): void {
  const target = path.join(project, 'node_modules');
  mkdirSync(target);
  for (const name of readdirSync(modules)) {
    if (!name.startsWith('.')) symlinkSync(path.join(modules, name), path.join(target, name), 'junction');
  }
  cpSync(unpacked, path.join(target, 'gatewire'), { recursive: true });
}
