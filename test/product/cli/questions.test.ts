import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyFolder } from './project.js';
import { inTerminal, KEYS } from './terminal.js';

const [first = '', second = ''] = readdirSync('examples').sort();
const ESCAPE = '\u001b';
let folder: ReturnType<typeof emptyFolder>;

beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => folder.remove());

describe('gatewire new in a terminal', () => {
  it('asks for the folder and the template', async () => {
    const { code, unanswered } = await inTerminal(
      ['new'],
      [
        ['Folder of the project', `my-app${KEYS.enter}`],
        ['Which example', KEYS.down + KEYS.enter],
      ],
      { cwd: folder.path },
    );
    expect({ code, unanswered }).toEqual({ code: 0, unanswered: [] });
    const made = JSON.parse(readFileSync(path.join(folder.path, 'my-app/package.json'), 'utf8'));
    expect(made.name).toBe('my-app');
    for (const name of readdirSync(path.join('examples', second)).filter((file) => file.endsWith('.ts'))) {
      expect(existsSync(path.join(folder.path, 'my-app/src', name))).toBe(true);
    }
  });

  it('asks for what is missing only, and again after a bad name', async () => {
    const { code, shown } = await inTerminal(
      ['new', '--template', first],
      [
        ['Folder of the project', `My app${KEYS.enter}`],
        ['does not begin with a lower-case letter', `\u0015my-app${KEYS.enter}`],
      ],
      { cwd: folder.path },
    );
    expect(code).toBe(0);
    expect(shown).not.toContain('Which example');
    expect(readdirSync(folder.path)).toEqual(['my-app']);
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
      const { code, shown } = await inTerminal(['new', 'app'], [['Which example', KEYS.enter]], {
        cwd: folder.path,
        env,
      });
      expect(code).toBe(isColourful ? 0 : 2); // the second time files are in the way
      expect(colours.test(shown)).toBe(isColourful);
    }
  });
});
