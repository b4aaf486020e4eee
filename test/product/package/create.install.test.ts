import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from '../../support/registry.js';
import { emptyFolder, startProject, urlOf } from '../cli/project.js';

const LIMIT_MS = 120_000;
const folder = emptyFolder();
let registry: Registry;

beforeAll(async () => {
  registry = await Registry.start(['.', 'build/create-gatewire']);
});
afterAll(() => {
  registry?.close();
  folder.remove();
});

describe('from a registry, in an empty folder', () => {
  it('npm create gatewire makes a project, and two commands later its server runs', async () => {
    const words = ['create', 'gatewire', 'my-chat', '--', '--template', 'chat', '--install'];
    const printed = await registry.npm(words, folder.path, LIMIT_MS);
    expect(printed).toContain('next: cd my-chat && npm run dev');
    expect(printed).not.toMatch(/npm warn (EBADENGINE|deprecated|install-scripts|peer)/);
    const project = path.join(folder.path, 'my-chat');
    await startsAndEnds(project, ['--import', 'tsx', 'src/main.ts']);
    await registry.npm(['run', 'build'], project, LIMIT_MS);
    await registry.npm(['prune', '--omit=dev'], project, LIMIT_MS);
    await startsAndEnds(project, ['--enable-source-maps', 'dist/main.js']);
  });

  it('npx gatewire new makes the same', async () => {
    const words = ['exec', '--', 'gatewire', 'new', 'my-echo', '--template', 'echo', '--json'];
    const printed = await registry.npm(words, folder.path, LIMIT_MS);
    expect(printed).toContain('"template": "echo"');
    const { dependencies } = JSON.parse(
      readFileSync(path.join(folder.path, 'my-echo/package.json'), 'utf8'),
    ) as { dependencies: Record<string, string> };
    expect(dependencies['gatewire']).toMatch(/^\^\d/);
  });

  it('the quick start makes a server that starts, and a build that runs, in an empty folder', async () => {
    const { commands, files } = byHand();
    const project = path.join(folder.path, 'by-hand');
    mkdirSync(path.join(project, 'src'), { recursive: true });
    for (const [program, ...words] of commands) {
      expect(program).toBe('npm');
      const printed = await registry.npm(words, project, LIMIT_MS);
      expect(printed).not.toMatch(/npm warn (EBADENGINE|deprecated|peer)/);
    }
    for (const [file, code] of files) writeFileSync(path.join(project, file), code);
    await startsAndEnds(project, ['--import', 'tsx', 'src/main.ts']);
    await registry.npm(['exec', '--', 'tsc'], project, LIMIT_MS);
    await startsAndEnds(project, ['dist/main.js']);
  });
});

/** What a reader of the quick start sees: the commands below "Install", and the files by the names above their blocks. */
function byHand() {
  const page = readFileSync('docs/tutorials/quick-start.md', 'utf8');
  const [, block = ''] = /^## Install\n+```sh\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const commands = block.split(/\n|&&/).map((line) => line.trim().split(' '));
  const files = [...page.matchAll(/^`(\S+)`:\n\n```\w+.*\n([\s\S]*?)^```$/gm)];
  return {
    commands: commands.filter(([program]) => program),
    files: files.map(([, file = '', code = '']) => [file, code] as const),
  };
}

async function startsAndEnds(project: string, args: readonly string[]): Promise<void> {
  const { server, ended } = startProject(project, args);
  try {
    await urlOf(server);
  } finally {
    server.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
}
