import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exampleNames } from '../../support/example-names.js';
import { gatewire, root } from './gatewire.js';
import { emptyFolder } from './project.js';

const HELP = 'gatewire new --help lists the options';
let folder: ReturnType<typeof emptyFolder>;

beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => folder.remove());

const create = (...args: string[]) => gatewire(['new', ...args], { cwd: folder.path });
const read = (file: string) => readFileSync(path.join(folder.path, file), 'utf8');

describe('gatewire new', () => {
  it('makes a project of an example, with the versions that gatewire is tested with', async () => {
    const { code, stdout, stderr } = await create('my-echo', '--template', 'echo');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const all = readdirSync(path.join(folder.path, 'my-echo'), { recursive: true }).map(String);
    const count = all.filter((file) => file !== 'src' && !/^\.git(?!ignore)/.test(file)).length;
    expect(stdout).toBe(
      [
        `  made my-echo: ${count} files of the template echo, in a git repository`,
        '  next: cd my-echo && npm install && npm run dev',
        '',
      ].join('\n'),
    );
    expect(read('my-echo/src/echo.gateway.ts')).toBe(
      readFileSync(path.join(root, 'examples/echo/echo.gateway.ts'), 'utf8'),
    );
    const { version, peerDependencies, devDependencies } = JSON.parse(
      readFileSync(path.join(root, 'package.json'), 'utf8'),
    );
    const manifest = JSON.parse(read('my-echo/package.json'));
    expect(manifest).toMatchObject({ name: 'my-echo', type: 'module', private: true });
    expect(manifest.dependencies).toEqual({
      gatewire: `^${version}`,
      inversify: peerDependencies.inversify,
      'reflect-metadata': peerDependencies['reflect-metadata'],
      'socket.io': peerDependencies['socket.io'],
      zod: `^${devDependencies.zod}`,
    });
    expect(manifest.devDependencies).toMatchObject({
      'socket.io-client': expect.any(String),
      tsx: `^${devDependencies.tsx}`,
    });
    expect(manifest.devDependencies).toHaveProperty(['@biomejs/biome'], devDependencies['@biomejs/biome']);
    expect(JSON.parse(read('my-echo/tsconfig.json')).compilerOptions).toMatchObject({
      experimentalDecorators: true,
    });
    expect(read('my-echo/.gitignore')).toContain('node_modules/\n');
  });

  it('makes a git repository, which ignores what is installed and built', async () => {
    const status = (project: string) =>
      spawnSync('git', ['status', '--porcelain'], { cwd: path.join(folder.path, project), encoding: 'utf8' });
    await create('one', '--template', 'echo');
    mkdirSync(path.join(folder.path, 'one/node_modules/gatewire'), { recursive: true });
    writeFileSync(path.join(folder.path, 'one/node_modules/gatewire/package.json'), '{}');
    const { stdout } = status('one');
    expect(stdout).toContain('?? package.json\n');
    expect(stdout).not.toContain('node_modules');
  });

  it.each<[string, readonly string[], NodeJS.ProcessEnv]>([
    ['with --no-git', ['--no-git'], {}],
    ['without git', [], { PATH: '' }],
    ['with a git that refuses', [], { GIT_CEILING_DIRECTORIES: '/', GIT_DIR: '/dev/null/none' }],
    ['inside of a repository', ['--force'], { INSIDE: '1' }],
    ['with --dry-run', ['--dry-run'], {}],
  ])('makes none %s', async (_, options, env) => {
    if (env['INSIDE']) spawnSync('git', ['init', '--quiet'], { cwd: folder.path });
    const args = ['new', 'app', '--template', 'echo', '--json', ...options];
    const { code, stdout, stderr } = await gatewire(args, { cwd: folder.path, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ isRepository: false });
    expect(existsSync(path.join(folder.path, 'app/.git'))).toBe(false);
  });

  it('writes into the working directory when that is what the folder is', async () => {
    const inside = path.join(folder.path, 'inside');
    mkdirSync(inside);
    writeFileSync(path.join(inside, 'LICENSE'), 'mine');
    const { code, stdout } = await gatewire(['new', '.', '--template', 'echo'], { cwd: inside });
    expect(code).toBe(0);
    expect(stdout).not.toContain('cd ');
    expect(JSON.parse(read('inside/package.json')).name).toBe('inside');
    expect(read('inside/LICENSE')).toBe('mine');
  });

  it('shows with --dry-run what it would write, and writes nothing', async () => {
    const { code, stdout } = await create('app', '--template', 'chat', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('  would create  app/package.json\n');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('prints one JSON document with --json', async () => {
    const { code, stdout, stderr } = await create('app', '--template', 'echo', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'app',
      template: 'echo',
      folder: 'app',
      dryRun: false,
      files: expect.arrayContaining([{ path: 'app/package.json', action: 'create' }]),
      next: ['cd app', 'npm install', 'npm run dev'],
    });
  });

  it('overwrites nothing without --force, and writes nothing at all then', async () => {
    mkdirSync(path.join(folder.path, 'app'));
    writeFileSync(path.join(folder.path, 'app/package.json'), 'mine');
    expect(await create('app', '--template', 'echo')).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'error[GW_ERR_CLI_FILE_EXISTS]: `app/package.json` already exists',
        '  why:  nothing was written, so nothing is lost',
        '  help: choose another name, or overwrite with --force',
        '',
      ].join('\n'),
    });
    expect(readdirSync(path.join(folder.path, 'app'))).toEqual(['package.json']);
    const tried = await create('app', '--template', 'echo', '--force', '--dry-run');
    expect(tried.stdout).toContain('  would overwrite  app/package.json\n');
    expect(read('app/package.json')).toBe('mine');
    const forced = await create('app', '--template', 'echo', '--force');
    expect(forced.stdout).toMatch(/: \d+ files of the template echo, 1 overwritten, in a git repository\n/);
    expect(JSON.parse(read('app/package.json')).name).toBe('app');
    const again = await create('app', '--template', 'echo');
    expect(again.stderr).toMatch(/: \d+ files already exist: (`app\/[^`]+`, ){4}`[^`]+` and \d+ more\n/);
  });

  it.each([
    ['Chat', 'does not begin with a lower-case letter or a digit', 'call it `chat`'],
    ['.hidden', 'does not begin with a lower-case letter or a digit', 'call it `hidden`'],
    ['my app', 'has other characters than a-z, 0-9, `-`, `_` and `.`', 'call it `my-app`'],
    ['myApp', 'has other characters than a-z, 0-9, `-`, `_` and `.`', 'call it `my-app`'],
    ['価格', 'does not begin with a lower-case letter or a digit', 'choose another name'],
    ['gatewire', 'is taken', 'choose another name'],
  ])('refuses the name %s', async (name, reason, help) => {
    expect(await create(name, '--template', 'echo')).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_BAD_NAME]: \`${name}\` cannot name a project: it ${reason}\n  help: ${help}\n`,
    });
    expect(existsSync(path.join(folder.path, name))).toBe(false);
  });

  it.each([
    ['', 'new needs a folder', HELP],
    ['app', 'new needs --template; there are chat, echo', HELP],
    [
      'app --template ecoh',
      'there is no template `ecoh`; there are chat, echo',
      `did you mean \`echo\`? ${HELP}`,
    ],
    ['app --template ../src', 'there is no template `../src`; there are chat, echo', HELP],
    ['app two --template echo', '`two` is one word too many', HELP],
    ['app --tempalte echo', 'unknown option `--tempalte`', `did you mean \`--template\`? ${HELP}`],
  ])('refuses `gatewire new %s` without a terminal', async (line, message, help) => {
    const list = exampleNames.join(', ');
    expect(await create(...line.split(' ').filter(Boolean))).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_USAGE]: ${message.replace('chat, echo', list)}\n  help: ${help}\n`,
    });
  });

  it('says when it cannot write', async () => {
    writeFileSync(path.join(folder.path, 'file'), '');
    const { code, stderr } = await create('file/app', '--template', 'echo');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'error[GW_ERR_CLI_FILE_NOT_WRITTEN]: `file/app/package.json` cannot be written: a part of its path is a file',
    );
  });

  it('installs with --install, by the package manager that runs it, and says when that fails', async () => {
    const fake = path.join(folder.path, 'fake-npm.cjs');
    writeFileSync(
      fake,
      `console.log('installing');
         require('node:fs').writeFileSync('installed', process.argv.slice(2).join(' '));
         process.exitCode = Number(process.env.FAKE_EXIT);`,
    );
    const env = { npm_execpath: fake, FAKE_EXIT: '0' };
    const args = ['new', 'app', '--template', 'echo', '--install'];
    const made = await gatewire([...args, '--json'], { cwd: folder.path, env });
    expect(JSON.parse(made.stdout).next).toEqual(['cd app', 'npm run dev']);
    expect(read('app/installed')).toBe('install');
    const failed = await gatewire([...args, '--force'], {
      cwd: folder.path,
      env: { ...env, FAKE_EXIT: '3' },
    });
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain(
      'error[GW_ERR_CLI_INSTALL_FAILED]: the packages could not be installed: it ended with 3\n',
    );
    expect(failed.stderr).toContain('  help: run npm install in its folder\n');
  });

  it.each([
    ['npm/11.0.0 node/v20.19.0 linux x64', 'npm install && npm run dev', 'RUN npm ci\n'],
    ['pnpm/10.0.0 npm/? node/v20.19.0', 'pnpm install && pnpm dev', 'RUN pnpm install --frozen-lockfile\n'],
    ['yarn/1.22.22 npm/? node/v20.19.0', 'yarn install && yarn dev', 'RUN yarn install --frozen-lockfile\n'],
    ['bun/1.2.0 npm/? node/v20.19.0', 'bun install && bun run dev', 'RUN bun install --frozen-lockfile\n'],
    ['other/1.0.0', 'npm install && npm run dev', 'RUN npm ci\n'],
  ])('speaks of the package manager that runs it: %s', async (agent, next, installed) => {
    const env = { npm_config_user_agent: agent };
    const { stdout } = await gatewire(['new', 'app', '--template', 'echo'], { cwd: folder.path, env });
    expect(stdout).toContain(`  next: cd app && ${next}\n`);
    expect(read('app/README.md')).toContain(`\`\`\`sh\n${next.replace(' && ', '\n')}\n\`\`\`\n`);
    expect(read('app/Dockerfile')).toContain(installed);
  });

  it('describes all templates in its help', async () => {
    const { stdout } = await create('--help');
    for (const name of exampleNames) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S.* \\S`, 'm'));
  });

  it('starts nothing with --json', async () => {
    const refused = await create('app', '--template', 'echo', '--start', '--json');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe.each(exampleNames)('a project of the template %s', (template) => {
  it('has a README that speaks of the project alone, and links to the repository where it leaves it', async () => {
    await create('app', '--template', template);
    const readme = read('app/README.md');
    expect(readme).toMatch(/^# app\n/);
    // What is about the repository stands between <!-- repository --> marks in the README of the example.
    expect(readme).not.toMatch(/\]\(\.\.\/|repository|npm ci|test\/product|dist\/cli|examples\/(?!\w+\/)/);
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    for (const link of links) {
      const [, file = ''] = /^https:\/\/github\.com\/gatewire\/gatewire\/blob\/main\/(.+)$/.exec(link) ?? [];
      expect([link, existsSync(path.join(root, file)) && file !== '']).toEqual([link, true]);
    }
  });

  it('has a container whose commands are there', async () => {
    await create('app', '--template', template);
    const { scripts } = JSON.parse(read('app/package.json'));
    const dockerfile = read('app/Dockerfile');
    const ran = [...dockerfile.matchAll(/^RUN npm run (\S+)$/gm)].map(([, script = '']) => script);
    expect(ran).toEqual(['build']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...ran, 'start:prod', 'lint']));
    expect(dockerfile).toContain('CMD ["node", "--enable-source-maps", "dist/main.js"]\n');
    expect(scripts['start:prod']).toBe('node --enable-source-maps dist/main.js');
    expect(read('app/.dockerignore').split('\n')).toEqual(expect.arrayContaining(['node_modules', '.env']));
    expect(read('app/compose.yaml')).toContain('build: .\n');
  });
});
