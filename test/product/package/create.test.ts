import { mkdirSync, readFileSync } from 'node:fs';
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
    expect(printed).toContain('created  my-chat/src/chat.gateway.ts');
    expect(printed).not.toMatch(/npm warn (EBADENGINE|deprecated|install-scripts|peer)/);
    const { server, ended } = startProject(path.join(folder.path, 'my-chat'));
    try {
      await urlOf(server);
    } finally {
      server.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
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

  it('npm install takes what the quick start says, without a warning', async () => {
    const [, words = ''] =
      /^(npm install gatewire .+)$/m.exec(readFileSync('docs/tutorials/quick-start.md', 'utf8')) ?? [];
    const project = path.join(folder.path, 'by-hand');
    mkdirSync(project);
    await registry.npm(['init', '-y'], project, LIMIT_MS);
    const printed = await registry.npm(words.split(' ').slice(1), project, LIMIT_MS);
    expect(printed).toMatch(/added \d+ packages/);
    expect(printed).not.toMatch(/npm warn (EBADENGINE|deprecated|peer)/);
  });
});
