import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { gatewire, root } from './gatewire.js';

const page = await readFile(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');

/** Blocks of the page that show a command and what it prints, with the folder that the comment above them names. */
const blocks = [
  ...page.matchAll(/(?:<!-- run in (\S+) -->\n)?```console\n\$ gatewire (.*)\n([^`][\s\S]*?)?```/g),
].map(([, folder = '.', line = '', output = '']) => ({ folder, line, output }));

describe('docs/reference/cli.md', () => {
  it('shows commands', () => {
    expect(blocks.length).toBe(page.split('```console').length - 1);
    expect(blocks.length).toBeGreaterThan(3);
  });

  it.each(blocks)('shows what `gatewire $line` prints', async ({ folder, line, output }) => {
    const { stdout, stderr } = await gatewire(line.split(' '), { cwd: `${root}${folder}` });
    expect(output).toBe(stdout + stderr);
  });
});
