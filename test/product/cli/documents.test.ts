import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compiled } from '../../support/compiled.js';
import { Project } from '../../support/project.js';
import { fixture, gatewire, printed, root } from './gatewire.js';

const shop = fixture('shop');
const APP = `import { createApp, Gateway, OnEvent } from 'gatewire';
@Gateway('/chat')
class ChatGateway { @OnEvent('send') send() {} }
export const app = createApp({ gateways: [ChatGateway] });
`;

let folder = '';

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gatewire-')));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function refused(code: string, message: string, help: string) {
  return { code: 2, stdout: '', stderr: `error[${code}]: ${message}\n  help: ${help}\n` };
}

describe('gatewire asyncapi', () => {
  it('prints a document with the name and version of package.json', async () => {
    const { code, stdout, stderr } = await gatewire(['asyncapi'], { cwd: shop });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { title: 'gatewire', version } });
    expect(Object.keys(document.channels)).toEqual(['shop', 'team', 'board']);
    expect(Object.keys(document.components.securitySchemes)).toEqual(['ticketAuth', 'auth']);
    expect(stdout).not.toContain(root);
    expect((await gatewire(['asyncapi', '--json'], { cwd: shop })).stdout).toBe(stdout);
  });

  it('takes title and version from the command line', async () => {
    const { stdout } = await gatewire(['asyncapi', '--title', 'Shop', '--version=2'], { cwd: shop });
    expect(JSON.parse(stdout).info).toEqual({ title: 'Shop', version: '2' });
  });

  it('says what is missing in package.json', async () => {
    const packages = ['tsx', 'inversify', 'reflect-metadata', 'socket.io'];
    const tsconfig = '{ "compilerOptions": { "experimentalDecorators": true } }';
    const project = await Project.create(
      { 'app.ts': APP, 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig },
      packages,
    );
    try {
      const help = 'gatewire asyncapi --help lists the options';
      expect(await gatewire(['asyncapi'], { cwd: project.folder })).toEqual(
        refused('GW_ERR_CLI_USAGE', '`--title` is needed: package.json of app.ts has no `name`', help),
      );
      await project.write('package.json', '{ "type": "module", "name": "chat" }');
      expect(await gatewire(['asyncapi'], { cwd: project.folder })).toEqual(
        refused('GW_ERR_CLI_USAGE', '`--version` is needed: package.json of app.ts has no `version`', help),
      );
    } finally {
      await project.remove();
    }
  });
});

describe('gatewire types', () => {
  it('prints events for socket.io-client, or contracts', async () => {
    const events = await gatewire(['types'], { cwd: shop });
    expect(events).toMatchObject({ code: 0, stderr: '' });
    expect(events.stdout).toContain('export interface ShopClientToServerEvents {\n');
    expect(events.stdout).not.toContain('import');
    const contracts = await gatewire(['types', '--contract'], { cwd: shop });
    expect(contracts).toMatchObject({ code: 0, stderr: '' });
    expect(contracts.stdout).toContain("export type ShopContract = Contract<'/shop', {\n");
  });
});

describe('--out', () => {
  /** Runs a command on the shop as it is compiled, which takes half of the time and says the same. */
  const run = (...args: readonly string[]) =>
    gatewire([...args, '--app', compiled('test/fixtures/cli/shop/app.ts')], { cwd: shop });

  it.each(['asyncapi', 'types'])(
    'writes what gatewire %s prints, and overwrites nothing by itself',
    async (command) => {
      const out = relative(shop, join(folder, 'out.txt'));
      const { stdout } = await run(command);
      expect(await run(command, '--out', out)).toEqual(printed(`wrote ${out}`));
      expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe(stdout);
      await writeFile(join(folder, 'out.txt'), 'mine');
      expect(await run(command, '--out', out)).toEqual(
        refused(
          'GW_ERR_CLI_FILE_EXISTS',
          `\`${out}\` already exists\n  why:  nothing was written, so nothing is lost`,
          'choose another name, or overwrite with --force',
        ),
      );
      expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe('mine');
      expect(await run(command, '--out', out, '--force')).toEqual(printed(`wrote ${out}`));
      expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe(stdout);
    },
  );

  it('says why a file cannot be written', async () => {
    const help = 'check the permissions of the folder, and whether something else has that name';
    const missing = join(folder, 'none', 'out.txt');
    expect(await run('types', '--out', missing)).toEqual(
      refused(
        'GW_ERR_CLI_FILE_NOT_WRITTEN',
        `\`${missing}\` cannot be written: its folder does not exist`,
        help,
      ),
    );
    expect(await run('types', '--out', folder, '--force')).toEqual(
      refused('GW_ERR_CLI_FILE_NOT_WRITTEN', `\`${folder}\` cannot be written: it is a folder`, help),
    );
  });

  it.each([
    ['asyncapi --force', '--force needs --out', 'asyncapi'],
    ['types --force', '--force needs --out', 'types'],
    ['types /shop', '`/shop` is one word too many', 'types'],
    ['asyncapi /shop', '`/shop` is one word too many', 'asyncapi'],
    ['asyncapi --out', 'option `--out` needs a value', 'asyncapi'],
    ['types --contracts', 'unknown option `--contracts`', 'types'],
  ])('refuses `gatewire %s`', async (line, message, command) => {
    const { code, stdout, stderr } = await gatewire(line.split(' '), { cwd: shop });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error[GW_ERR_CLI_USAGE]: ${message}\n`);
    expect(stderr).toContain(`gatewire ${command} --help lists the options\n`);
  });

  it.each(['asyncapi', 'types'])(
    'writes nothing for gatewire %s when the application has problems',
    async (command) => {
      const out = join(folder, 'out.txt');
      const { code, stdout, stderr } = await gatewire([command, '--out', out], { cwd: fixture('problems') });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('error[GW_ERR_BUILD_');
      await expect(readFile(out)).rejects.toThrow('ENOENT');
    },
  );
});
