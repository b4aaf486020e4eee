import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gatewire } from './gatewire.js';
import { emptyFolder } from './project.js';

const HELP = 'gatewire add --help lists the options';
let folder: ReturnType<typeof emptyFolder>;

beforeEach(() => {
  folder = emptyFolder();
  write('package.json', '{ "type": "module" }');
  write('src/app.ts', '');
});
afterEach(() => folder.remove());

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder.path, file)), { recursive: true });
  writeFileSync(path.join(folder.path, file), text);
}
const add = (...args: string[]) => gatewire(['add', ...args], { cwd: folder.path });
const read = (file: string) => readFileSync(path.join(folder.path, file), 'utf8');

const APP = `import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { EchoGateway } from './echo.gateway.js';

export const app = createApp({
  gateways: [EchoGateway],
  use: [],
  server: createServer(),
});
`;

// That the code compiles, passes its tests and the linter is held by scaffold.install.test.ts.
describe('gatewire add', () => {
  it('writes a gateway and a test beside the application, and says what is left to do', async () => {
    const { code, stdout, stderr } = await add('gateway', 'order-items');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        '  created  src/order-items.gateway.ts',
        '  created  src/order-items.gateway.test.ts',
        '',
        '  left to do, in src/app.ts',
        "    import { OrderItemsGateway } from './order-items.gateway.js';",
        '    createApp({ gateways: [/* … */ OrderItemsGateway] })',
        '    npm install gatewire socket.io-client zod',
        '',
      ].join('\n'),
    );
    expect(read('src/order-items.gateway.ts')).toContain("@Gateway('/order-items')");
  });

  it.each([
    'order-items',
    'orderItems',
    'OrderItems',
    'order_items',
    'ORDER_ITEMS',
    'Order Items',
    'OrderItemsGateway',
  ])('takes the name %s', async (name) => {
    await add('gateway', name);
    expect(readdirSync(path.join(folder.path, 'src'))).toEqual([
      'app.ts',
      'order-items.gateway.test.ts',
      'order-items.gateway.ts',
    ]);
    expect(read('src/order-items.gateway.ts')).toContain('export class OrderItemsGateway {');
  });

  it('keeps abbreviations and numbers together', async () => {
    await add('middleware', 'HTTP2Audit');
    expect(read('src/http2-audit.middleware.ts')).toContain('export class Http2AuditMiddleware');
  });

  it.each([
    ['gateway', '', 'is empty'],
    ['gateway', '../chat', 'has other characters than letters, digits, `-` and `_`'],
    ['contract', "a'b", 'has other characters than letters, digits, `-` and `_`'],
    ['middleware', '2fa', 'does not begin with a letter'],
    ['gateway', 'x'.repeat(41), 'is longer than 40 characters'],
  ])('refuses a %s called "%s"', async (kind, name, reason) => {
    expect(await add(kind, name)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_BAD_NAME]: \`${name}\` cannot name a ${kind}: it ${reason}\n  help: choose another name\n`,
    });
  });

  it.each([
    ['', 'add needs one of gateway, contract, middleware', HELP],
    ['gatway chat', 'there is no `gatway` to add', `did you mean \`gateway\`? ${HELP}`],
    ['gateway', 'add gateway needs a name', HELP],
    ['gateway order items', '`items` is one word too many', HELP],
  ])('refuses `gatewire add %s`', async (line, message, help) => {
    expect(await add(...line.split(' ').filter(Boolean))).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_USAGE]: ${message}\n  help: ${help}\n`,
    });
  });

  it('overwrites nothing without --force, and writes nothing with --dry-run', async () => {
    write('src/chat.gateway.ts', 'mine');
    const refused = await add('contract', 'chat');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('error[GW_ERR_CLI_FILE_EXISTS]: `src/chat.gateway.ts` already exists\n');
    const tried = await add('contract', 'chat', '--force', '--dry-run');
    expect(tried.stdout).toContain('  would overwrite  src/chat.gateway.ts\n');
    expect(readdirSync(path.join(folder.path, 'src'))).toEqual(['app.ts', 'chat.gateway.ts']);
    expect(read('src/chat.gateway.ts')).toBe('mine');
    expect(await add('contract', 'chat', '--force')).toMatchObject({ code: 0 });
    expect(read('src/chat.gateway.ts')).toContain('gatewayFor(chatContract)');
  });

  it('writes where it is told, and names the way from the application', async () => {
    const { stdout } = await add('gateway', 'chat', '--folder', 'src/rooms', '--json');
    expect(JSON.parse(stdout)).toEqual({
      kind: 'gateway',
      name: 'chat',
      dryRun: false,
      files: [
        { path: 'src/rooms/chat.gateway.ts', action: 'create' },
        { path: 'src/rooms/chat.gateway.test.ts', action: 'create' },
      ],
      next: [
        "import { ChatGateway } from './rooms/chat.gateway.js';",
        'createApp({ gateways: [/* … */ ChatGateway] })',
        'npm install gatewire socket.io-client zod',
      ],
    });
  });

  it('registers what it made in the application, where that has a plain list', async () => {
    write('src/app.ts', APP);
    const added = await add('contract', 'chat');
    expect(added.stdout).toContain('  edited   src/app.ts\n\n  left to do\n    npm install gatewire');
    await add('gateway', 'zebra', '--folder', 'src/rooms');
    await add('middleware', 'audit');
    expect(read('src/app.ts')).toBe(`import { createServer } from 'node:http';
import { createApp } from 'gatewire';
import { AuditMiddleware } from './audit.middleware.js';
import { ChatGateway } from './chat.gateway.js';
import { EchoGateway } from './echo.gateway.js';
import { ZebraGateway } from './rooms/zebra.gateway.js';

export const app = createApp({
  gateways: [EchoGateway, ChatGateway, ZebraGateway],
  use: [AuditMiddleware],
  server: createServer(),
});
`);
    const { stdout } = await add('gateway', 'chat', '--force', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ next: ['npm install gatewire socket.io-client zod'] });
  });

  it('keeps a list with a line for each name, and its line ends', async () => {
    const list = (more: string) => `[\r\n    EchoGateway,\r\n${more}  ]`;
    write('src/app.ts', APP.replace('[EchoGateway]', list('')).replace(/(?<!\r)\n/g, '\r\n'));
    await add('gateway', 'chat');
    expect(read('src/app.ts')).toContain(`gateways: ${list('    ChatGateway,\r\n')}`);
    expect(read('src/app.ts')).not.toMatch(/(?<!\r)\n/);
  });

  it.each([
    ['the list is made elsewhere', APP.replace('[EchoGateway]', 'all')],
    ['the list has more than names', APP.replace('[EchoGateway]', '[...all]')],
    ['there are two applications', `${APP}export const other = createApp({ gateways: [] });\n`],
  ])('says what to paste when %s', async (_, source) => {
    write('src/app.ts', source);
    const { stdout } = await add('gateway', 'chat');
    expect(stdout).toContain(
      "  left to do, in src/app.ts\n    import { ChatGateway } from './chat.gateway.js';\n",
    );
    expect(read('src/app.ts')).toBe(source);
  });

  it('edits nothing with --dry-run', async () => {
    write('src/app.ts', APP);
    const { stdout } = await add('gateway', 'chat', '--dry-run');
    expect(stdout).toContain('  would edit    src/app.ts\n');
    expect(read('src/app.ts')).toBe(APP);
  });

  it('writes nothing where there is no project', async () => {
    rmSync(path.join(folder.path, 'package.json'));
    rmSync(path.join(folder.path, 'src'), { recursive: true });
    const refused = await add('gateway', 'chat');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('error[GW_ERR_CLI_NO_PROJECT]: there is no package.json in `');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.each([
    ['vitest', 'vitest'],
    ['jest', '@jest/globals'],
    ['@jest/globals', '@jest/globals'],
    ['mocha', 'node:test'],
  ])('writes a test for the runner of a project with %s', async (name, from) => {
    write('package.json', JSON.stringify({ devDependencies: { [name]: '^1.0.0' } }));
    await add('gateway', 'chat');
    expect(read('src/chat.gateway.test.ts')).toContain(`import { test } from '${from}';\n`);
  });
});
