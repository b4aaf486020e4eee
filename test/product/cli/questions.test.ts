import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exampleNames } from '../../support/example-names.js';
import { root } from './gatewire.js';
import { emptyFolder } from './project.js';
import { inTerminal, KEYS } from './terminal.js';

const [first = '', second = ''] = exampleNames;
const ESCAPE = '\u001b';
let folder: ReturnType<typeof emptyFolder>;

beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => folder.remove());

/** What stands for npm: it links what a project asks for, from this repository. */
const INSTALL = `
const { mkdirSync, symlinkSync } = require('node:fs');
const { dirname, resolve } = require('node:path');
const { dependencies, devDependencies } = require(resolve('package.json'));
for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
  const link = resolve('node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(name === 'gatewire' ? ROOT : ROOT + 'node_modules/' + name, link, 'dir');
}
`.replaceAll('ROOT', JSON.stringify(root));

describe('gatewire new in a terminal', () => {
  it('asks for the folder and the template', async () => {
    const { code, shown, unanswered } = await inTerminal(
      ['new'],
      [
        ['Folder of the project', `my-app${KEYS.enter}`],
        ['Which example', KEYS.down + KEYS.enter],
        ['Install its packages with npm', 'n'],
      ],
      { cwd: folder.path, env: { npm_config_user_agent: '' } },
    );
    expect({ code, unanswered }).toEqual({ code: 0, unanswered: [] });
    expect(shown).toMatch(/next: .*cd my-app && npm install && npm run dev/);
    // Each with its description, not only the one under the cursor.
    for (const words of ['Rooms, private messages', 'One gateway that sends', 'Files in pieces']) {
      expect(shown).toContain(words);
    }
    const made = JSON.parse(readFileSync(path.join(folder.path, 'my-app/package.json'), 'utf8'));
    expect(made.name).toBe('my-app');
    for (const name of readdirSync(path.join('examples', second)).filter((file) => file.endsWith('.ts'))) {
      expect(existsSync(path.join(folder.path, 'my-app/src', name))).toBe(true);
    }
  });

  it('shortens the list of examples while somebody types, and takes none that is not there', async () => {
    const { code, shown, unanswered } = await inTerminal(
      ['new', 'app', '--no-git'],
      [
        ['Which example', `My Chat${KEYS.enter}`],
        ['no example has these words', `${'\u007f'.repeat(7)}secure`],
        ['(1 match)', KEYS.enter],
        ['Install its packages', 'n'],
      ],
      { cwd: folder.path },
    );
    expect({ code, unanswered }).toEqual({ code: 0, unanswered: [] });
    expect(shown).toContain('of the template secure-chat');
  });

  it('asks for what is missing only, and again after a bad name', async () => {
    const { code, shown } = await inTerminal(
      ['new', '--template', first],
      [
        ['Folder of the project', `My app${KEYS.enter}`],
        ['does not begin with a lower-case letter', `\u0015my-app${KEYS.enter}`],
        ['Install its packages', 'n'],
      ],
      { cwd: folder.path },
    );
    expect(code).toBe(0);
    expect(shown).not.toContain('Which example');
    expect(readdirSync(folder.path)).toEqual(['my-app']);
  });

  it('installs and starts the project when that is wanted, until Ctrl-C', async () => {
    const fake = path.join(folder.path, 'npm.cjs');
    writeFileSync(fake, INSTALL);
    const { code, shown, unanswered } = await inTerminal(
      ['new', 'my-echo', '--template', 'echo', '--force', '--start'],
      [['app.listening', KEYS.interrupt]],
      { cwd: folder.path, env: { npm_execpath: fake, PORT: '0' } },
    );
    expect({ code, unanswered }).toEqual({ code: 0, unanswered: [] });
    expect(shown).toMatch(/next: .*cd my-echo && npm run dev/);
    const asked = await inTerminal(
      ['new', 'my-other'],
      [
        ['Which example', KEYS.down + KEYS.down + KEYS.enter],
        ['Install its packages', 'y'],
        ['Start it', 'n'],
      ],
      { cwd: folder.path, env: { npm_execpath: fake } },
    );
    expect(asked).toMatchObject({ code: 0, unanswered: [] });
    expect(existsSync(path.join(folder.path, 'my-other/node_modules/gatewire'))).toBe(true);
  });

  it('writes nothing when the questions are cancelled', async () => {
    const { code, shown } = await inTerminal(['new', 'app'], [['Which example', KEYS.interrupt]], {
      cwd: folder.path,
    });
    expect(code).toBe(1);
    expect(shown).toContain('nothing was written');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.each([
    ['everything is said', ['new', 'app', '--template', first], {}, 0],
    ['--json is given', ['new', '--json'], {}, 2],
    ['a build server runs it', ['new'], { CI: 'true' }, 2],
  ])('asks nothing when %s', async (_, args, env, exitCode) => {
    const { code, shown } = await inTerminal(args, [], { cwd: folder.path, env });
    expect(code).toBe(exitCode);
    expect(shown).not.toContain('Folder of the project');
    expect(shown).not.toContain('Which example');
  });

  it('has no colours with NO_COLOR', async () => {
    const colours = new RegExp(`${ESCAPE}\\[(3[0-7]|9[0-7]|1|2)m`);
    for (const [env, isColourful] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const { code, shown } = await inTerminal(
        ['new', 'app'],
        [
          ['Which example', KEYS.enter],
          ['Install its packages', 'n'],
        ],
        { cwd: folder.path, env },
      );
      expect(code).toBe(isColourful ? 0 : 2); // the second time files are in the way
      expect(colours.test(shown)).toBe(isColourful);
    }
  });
});
