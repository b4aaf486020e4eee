import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const page = readFileSync('.github/CONTRIBUTING.md', 'utf8');
const files = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name).replaceAll('\\', '/'));

describe('.github/CONTRIBUTING.md', () => {
  it('lists every file of src once, and no other', () => {
    const rows = [...page.matchAll(/^\| `(src\/[^`]+)` \| \S.* \|$/gm)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(0);
    expect(rows.sort()).toEqual(files.sort());
  });

  it('names no file or folder of the repository that does not exist', () => {
    const text = page.slice(0, page.indexOf('\n## Files\n'));
    const named = [...text.matchAll(/`((?:src|test|docs|scripts)\/[\w./-]+)`/g)].map(([, name = '']) => name);
    const exists = (name: string): boolean => readdirSync(path.dirname(name)).includes(path.basename(name));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !exists(name))).toEqual([]);
  });
});
