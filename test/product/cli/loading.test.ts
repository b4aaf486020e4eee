import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Project } from '../../support/project.js';
import { fixture, gatewire, printed, root } from './gatewire.js';

const HELP = 'help: export const app = createApp({ … }) from it, and start it in another file';
const NO_APP =
  'help: name the file: --app src/app.ts, or "gatewire": { "app": "src/app.ts" } in package.json';

const GATEWAY = `import { Gateway, OnEvent } from 'gatewire';

// Two lines that the compiler takes away.
interface Message { readonly text: string }

@Gateway('/chat')
export class ChatGateway {
  @OnEvent('send')
  send({ text }: Message) { return text; }
}
`;
const APP = `import { createApp } from 'gatewire';
import { ChatGateway } from './chat.gateway.js';
export const app = createApp({ gateways: [ChatGateway] });
`;
const TABLE = (folder: string) => {
  const place = `${folder}chat.gateway.ts:6`;
  return printed(
    `  namespace  gateway      ${'place'.padEnd(place.length)}  auth`,
    '    from    event  payload -> answer  reply  handler           line',
    `  /chat      ChatGateway  ${place}  open!`,
    '    client  send   any                ack    ChatGateway.send  :8',
    '  1 gateway, 1 event of clients, 0 of the server, 1 namespace without authentication',
  );
};
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    experimentalDecorators: true,
    useDefineForClassFields: false,
    rootDir: 'src',
    outDir: 'dist',
    sourceMap: true,
    skipLibCheck: true,
    types: [],
  },
  include: ['src'],
});

describe('the application of gatewire events', () => {
  const projects: Project[] = [];

  async function create(
    files: Readonly<Record<string, string>>,
    packages?: readonly string[],
  ): Promise<Project> {
    const project = await Project.create(files, packages);
    projects.push(project);
    return project;
  }

  afterEach(async () => {
    for (const project of projects.splice(0)) await project.remove();
  });

  it('is imported without opening a port or waiting for its timers, and keeps its own output out of the table', async () => {
    const { code, stdout, stderr } = await gatewire(['events', '--json'], { cwd: fixture('quiet') });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).totals.events).toBe(1);
    expect(stderr).toBe('loaded\n{"address":null,"listening":false}\n');
  });

  it('is shown with its report when it has problems', async () => {
    expect(await gatewire(['events'], { cwd: fixture('problems') })).toEqual({
      code: 1,
      stdout: '',
      stderr: `error[GW_ERR_BUILD_NOT_A_GATEWAY]: \`Object\` is listed in \`gateways\` and is not a class decorated with @Gateway
  --> app.ts:15:20    createApp
  help: put @Gateway('/namespace') on the class, or take it off the list

error[GW_ERR_BUILD_DUPLICATE_EVENT]: event \`send\` has two handlers in namespace \`/chat\`
  --> app.ts:5:4     ChatGateway.send
  --> app.ts:11:4    AdminGateway.sendAll
  why:  both would run and both would try to acknowledge
  help: rename one event, or move one class to another namespace

2 problems found; nothing was started
`,
    });
  });

  it.each([
    ['throws', 'app.ts', 'throws when it is imported: DATABASE_URL is not set\n  --> app.ts:7:9'],
    ['exits', 'app.ts', 'ends the process when it is imported'],
    ['waits', 'app.ts', 'waits at the top level for something that never comes'],
    ['nothing', 'app.ts', 'exports no application: it exports `port`, `server`'],
    ['listens', 'app.ts', 'opens a port when it is imported'],
    ['listens', 'later.ts', 'opens a port when it is imported'],
    ['listens', 'unawaited.ts', 'opens a port when it is imported'],
    ['listens', 'run.ts', 'opens a port when it is imported'],
  ])('is refused: %s/%s', async (name, file, reason) => {
    const { code, stdout, stderr } = await gatewire(['events', '--app', file], { cwd: fixture(name) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.replace('not listening\n', '')).toBe(
      `error[GW_ERR_CLI_BAD_APP]: ${file} ${reason}\n  ${HELP}\n`,
    );
  });

  it('is found where package.json says, before the usual places', async () => {
    const project = await create({
      'package.json': '{ "type": "module", "gatewire": { "app": "server/app.ts" } }',
      'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'server/chat.gateway.ts': GATEWAY,
      'server/app.ts': APP,
      'src/app.ts': 'throw new Error("not this one")',
    });
    expect(await gatewire(['events'], { cwd: project.folder })).toEqual(TABLE('server/'));
  });

  it('is found in src/app.ts, then app.ts, then dist/app.js, then app.js', async () => {
    const places = ['src/app.ts', 'app.ts', 'dist/app.js', 'app.js'];
    for (const [i, place] of places.entries()) {
      const later = places
        .slice(i)
        .map((path) => [path, `export const ${path === place ? 'first' : 'later'} = 1;`]);
      const project = await create({
        'package.json': '{ "type": "module" }',
        ...Object.fromEntries(later),
      });
      const { stderr } = await gatewire(['events'], { cwd: project.folder });
      expect(stderr).toContain(`${place} exports no application: it exports \`first\``);
    }
  });

  it.each([
    ['{ "gatewire": { "app": "src/missing.ts" } }', 'src/missing.ts'],
    ['{ "gatewire": { "app": 7 } }', '`gatewire.app` of package.json, which is number'],
    ['{ "gatewire": ', 'package.json, which is not JSON'],
    ['{}', 'src/app.ts, app.ts, dist/app.js, app.js'],
  ])('is missed with what was tried for package.json %s', async (manifest, tried) => {
    const project = await create({ 'package.json': manifest });
    expect(await gatewire(['events'], { cwd: project.folder })).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_NO_APP]: no application found (tried ${tried})\n  ${NO_APP}\n`,
    });
  });

  it('is read with the tsconfig.json beside it, from any working directory', async () => {
    const project = await create({
      'package.json': '{ "type": "module" }',
      'tsconfig.json': '{}',
      'packages/chat/tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'packages/chat/chat.gateway.ts': GATEWAY,
      'packages/chat/app.ts': APP,
    });
    const ended = await gatewire(['events', '--app', 'packages/chat/app.ts'], { cwd: project.folder });
    expect(ended).toEqual(TABLE('packages/chat/'));
  });

  it('may be TypeScript that compiles to CommonJS, with extensionless imports', async () => {
    const project = await create({
      'package.json': '{ "type": "commonjs" }',
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "experimentalDecorators": true } }',
      'src/chat.gateway.ts': GATEWAY,
      'src/app.ts': APP.replace('gateway.js', 'gateway'),
    });
    expect(await gatewire(['events'], { cwd: project.folder })).toEqual(TABLE('src/'));
  });

  it.each(['module', 'commonjs'])(
    'may be compiled: source maps lead to the lines that were written (%s)',
    async (type) => {
      const project = await create({
        'package.json': JSON.stringify({ type }),
        'tsconfig.json': TSCONFIG,
        'src/chat.gateway.ts': GATEWAY,
        'src/app.ts': APP,
      });
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      await promisify(execFile)(process.execPath, [compiler], { cwd: project.folder });
      const ended = await gatewire(['events', '--app', 'dist/app.js'], { cwd: project.folder });
      expect(ended).toEqual(TABLE('src/'));
    },
  );

  it('says what is missing when it is TypeScript and tsx is not installed', async () => {
    const project = await create({ 'package.json': '{ "type": "module" }', 'src/app.ts': APP });
    // A copy that does not lie in this repository, whose own tsx would do.
    const copy = join(project.folder, 'installed/gatewire');
    await cp(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    await cp(join(root, 'package.json'), join(copy, 'package.json'));
    const main = join(copy, 'dist/cli/main.js');
    expect(await gatewire(['events'], { cwd: project.folder, main })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error[GW_ERR_CLI_NO_LOADER]: src/app.ts is TypeScript and tsx is not installed\n' +
        '  help: npm install --save-dev tsx, or name the compiled file\n',
    });
    const installed = await create(
      {
        'package.json': '{ "type": "module" }',
        'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
        'src/chat.gateway.ts': GATEWAY,
        'src/app.ts': APP,
      },
      ['tsx'],
    );
    expect(await gatewire(['events'], { cwd: installed.folder, main })).toEqual(TABLE('src/'));
  });

  it('points at tsconfig.json when decorators are compiled as standard ones', async () => {
    const project = await create({
      'package.json': '{ "type": "module" }',
      'tsconfig.json': '{}',
      'src/chat.gateway.ts': GATEWAY,
      'src/app.ts': APP,
    });
    const { code, stderr } = await gatewire(['events'], { cwd: project.folder });
    expect(code).toBe(1);
    expect(stderr).toContain('error[GW_ERR_BUILD_STANDARD_DECORATORS]');
    expect(stderr).toContain('set "experimentalDecorators": true in tsconfig.json');
    expect(stderr).toMatch(/^ {2}--> src\/chat\.gateway\.ts:\d+:\d+ {4}\w+$/m);
  });

  it('is named in what the compiler says about it', async () => {
    const project = await create({ 'package.json': '{ "type": "module" }', 'app.ts': 'const = 1;' });
    const { code, stderr } = await gatewire(['events'], { cwd: project.folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /app\.ts throws when it is imported: Transform failed with 1 error: .*app\.ts:1:6: ERROR/,
    );
  });
});
