import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { npm } from '../../support/npm.js';
import { addPackedGatewire } from '../../support/packed-gatewire.js';
import { within } from '../../support/within.js';

const run = promisify(execFile);
const page = readFileSync('docs/coming-from/inside-nest.md', 'utf8');
const REQUEST_SCOPED = `import { Inject, Injectable, Scope } from '@nestjs/common';
import { Gateway, OnEvent } from 'gatewire';
@Injectable({ scope: Scope.REQUEST })
export class PerRequest {}
@Injectable()
@Gateway('/chat')
export class ChatGateway {
  constructor(@Inject(PerRequest) readonly one: PerRequest) {}
  @OnEvent('say') say() {}
}
`;

interface Started {
  /** What the process printed by the time that it listened, or ended. */
  readonly printed: string;
  readonly url: string | undefined;
  end(): Promise<number | null>;
}

/** The project of the page, with one version of Nest. */
async function makeProject(version: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-nest-'));
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module", "private": true }');
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  const nest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@${version}`);
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--no-save'];
  await run(process.execPath, [npm, 'install', ...options, ...nest, 'rxjs@7', 'reflect-metadata@0.2'], {
    cwd: folder,
  });
  await addPackedGatewire(folder, ['socket.io', 'inversify', 'tsx', '@types/node']);
  mkdirSync(path.join(folder, 'src'));
  for (const [, file = '', code = ''] of page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm))
    writeFileSync(path.join(folder, file), code);
  return folder;
}

async function start(folder: string): Promise<Started> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const listening = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        printed += text;
        const [, found] = /listening on (\S+)/.exec(printed) ?? [];
        if (found !== undefined) resolve(found.replace('[::1]', '127.0.0.1'));
      });
  });
  const url = await within(
    () => `a server in\n${printed}`,
    Promise.race([listening, ended.then(() => undefined)]),
  );
  return {
    get printed() {
      return printed;
    },
    url,
    end() {
      child.kill('SIGTERM');
      return within(() => `the end of the server in\n${printed}`, ended);
    },
  };
}

describe.each(['12', '11'])('the example of the page, with NestJS %s', (version) => {
  it('compiles, serves routes and gateways on one port, and ends in order', async () => {
    const folder = await makeProject(version);
    const tsc = path.resolve('node_modules/typescript7/bin/tsc');
    const compiled = await run(process.execPath, [tsc, '-p', '.', '--noEmit'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    expect(compiled.stdout).toBe('');
    const server = await start(folder);
    expect(server.url).toBeDefined();
    const client = io(`${server.url}/chat`, { transports: ['websocket'], forceNew: true });
    const other = io(`${server.url}/chat`, { transports: ['websocket'], forceNew: true });
    const said = new Promise((resolve) => other.once('said', resolve));
    await within('the other client', new Promise<void>((resolve) => other.once('connect', resolve)));
    await other.timeout(30_000).emitWithAck('say', 'I am here'); // `@OnConnect` is done by then
    expect(await client.timeout(30_000).emitWithAck('say', 'hello')).toEqual({
      ok: true,
      data: { number: 2 },
    });
    expect(await within('the message', said)).toBe('hello');
    expect(await (await fetch(`${server.url}/messages`)).json()).toEqual({ count: 2 });
    for (const one of [client, other]) one.disconnect();
    expect(await server.end()).toBe(0);

    const module = path.join(folder, 'src/app.module.ts');
    writeFileSync(
      module,
      readFileSync(module, 'utf8').replace('[RoomsService, ChatGateway]', '[RoomsService]'),
    );
    const unknown = await start(folder);
    expect(unknown.url).toBeUndefined();
    expect(unknown.printed).toMatch(/GW_ERR_BOOT_CONSTRUCTION_FAILED[\s\S]*ChatGateway/);

    writeFileSync(path.join(folder, 'src/chat.gateway.ts'), REQUEST_SCOPED);
    writeFileSync(
      module,
      readFileSync(module, 'utf8')
        .replace('import { ChatGateway }', 'import { ChatGateway, PerRequest }')
        .replace('[RoomsService]', '[RoomsService, ChatGateway, PerRequest]'),
    );
    const scoped = await start(folder);
    expect(scoped.url).toBeUndefined();
    expect(scoped.printed).toMatch(/GW_ERR_BOOT_CONSTRUCTION_FAILED[\s\S]*ChatGateway/);
    rmSync(folder, { recursive: true, force: true });
  });
});
