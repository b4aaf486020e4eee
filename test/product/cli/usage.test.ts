import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { gatewire, printed } from './gatewire.js';

const COMMANDS = 'gatewire --help lists the commands';
const OPTIONS = 'gatewire events --help lists the options';

describe('gatewire', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('shows the commands for %j', async (args: string[]) => {
    const { code, stdout, stderr } = await gatewire(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('usage: gatewire COMMAND [options]\n');
    expect(stdout).toContain('  events    list the namespaces, events and handlers of an application\n');
    expect(stdout).toContain('  asyncapi  print an application as an AsyncAPI 3 document\n');
    expect(stdout).toContain('  types     print TypeScript for clients that share no code with the server\n');
  });

  it.each(['--version', '-v'])('prints the version of the package for %s', async (option) => {
    const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(await gatewire([option])).toEqual(printed(manifest.version));
  });

  it.each([
    ['events', '--help'],
    ['events', '-h'],
    ['help', 'events'],
    ['events', '--app', 'x.ts', '--help'],
  ])('shows the options of a command for %s %s %s', async (...args) => {
    const { code, stdout, stderr } = await gatewire(args.filter((arg) => typeof arg === 'string'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('usage: gatewire events [--app FILE] [--json]\n');
    expect(stdout).toContain('      --app FILE  the file that exports `app`\n');
  });

  it.each([
    ['evnts', 'unknown command `evnts`', `did you mean \`events\`? ${COMMANDS}`],
    ['prophesy', 'unknown command `prophesy`', COMMANDS],
    ['--versoin', 'unknown option `--versoin`', `did you mean \`--version\`? ${COMMANDS}`],
    ['events --jsn', 'unknown option `--jsn`', `did you mean \`--json\`? ${OPTIONS}`],
    ['events -x', 'unknown option `-x`', OPTIONS],
    ['events --toString', 'unknown option `--toString`', OPTIONS],
    ['events --no-json', 'unknown option `--no-json`', `did you mean \`--json\`? ${OPTIONS}`],
    ['events --app', 'option `--app` needs a value', OPTIONS],
    ['events --app=', 'option `--app` needs a value', OPTIONS],
    ['events --app --json', 'option `--app` needs a value', OPTIONS],
    ['events --json=yes', 'option `--json` takes no value', OPTIONS],
    ['events /chat', '`/chat` is one word too many', OPTIONS],
    ['events /chat send', '`/chat` is one word too many', `did you mean \`--info\`? ${OPTIONS}`],
    ['events --info', '--info needs a namespace and an event', OPTIONS],
    ['events --info /chat', '--info needs a namespace and an event', OPTIONS],
    ['events --info /chat a b', '`b` is one word too many', OPTIONS],
  ])('refuses `gatewire %s`', async (line, message, help) => {
    expect(await gatewire(line.split(' '))).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_USAGE]: ${message}\n  help: ${help}\n`,
    });
  });
});
