import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { alignRows, createOutput, type Output, type Row } from '../../../src/cli/output.js';
import { gatewire } from './gatewire.js';

const ESCAPE = '\u001b';

function outputFor(isTTY: boolean, env: NodeJS.ProcessEnv): { output: Output; text: () => string } {
  let written = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return { output: createOutput(Object.assign(sink, { isTTY }), sink, env), text: () => written };
}

describe('the output of a command', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal without colours', true, { TERM: 'dumb' }, false],
    ['a pipe', false, {}, false],
    ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, false],
  ])('has the right colours for %s', async (_, isTTY, env, isColourful) => {
    const { output, text } = outputFor(isTTY, env);
    output.print(output.paint('warning', 'open!'));
    await output.flush();
    expect(text()).toBe(isColourful ? `${ESCAPE}[33mopen!${ESCAPE}[39m\n` : 'open!\n');
  });

  it('is plain when a process writes it, whatever NO_COLOR says', async () => {
    for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '3' }]) {
      const { stdout } = await gatewire(['events', '--app', 'examples/chat/app.ts'], { env });
      expect(stdout).not.toContain(ESCAPE);
    }
  });

  it('says when it cannot be written, and not when nobody reads on', async () => {
    for (const [code, isError] of [
      ['ENOSPC', true],
      ['EPIPE', false],
    ] as const) {
      const sink = new Writable({
        write(_chunk, _encoding, done) {
          done(Object.assign(new Error(code), { code }));
        },
      });
      const output = createOutput(Object.assign(sink, { isTTY: false }), sink, {});
      output.print('text');
      const settled = output.flush().then(
        () => 'written',
        (error: Error) => error.message,
      );
      expect(await settled).toBe(isError ? code : 'written');
    }
  });
});

describe('alignRows', () => {
  const row = (...cells: string[]): Row => cells.map((text) => ({ text }));
  const plain = (_: unknown, text: string) => text;

  it('lines up columns and leaves no spaces at the end', () => {
    const rows = [row('a', 'bb', ''), row('ccc', '', 'd'), row()];
    expect(alignRows(rows, 2, plain)).toEqual(['  a    bb', '  ccc      d', '  ']);
  });

  it('counts the columns that letters take in a terminal', () => {
    expect(
      alignRows([row('価格', 'x'), row('e\u0301', 'x'), row('🎉', 'x'), row('abcd', 'x')], 0, plain),
    ).toEqual(['価格  x', 'e\u0301     x', '🎉    x', 'abcd  x']);
  });
});
