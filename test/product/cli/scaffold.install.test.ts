import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import path from 'node:path';
import { text as bodyOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exampleNames } from '../../support/example-names.js';
import { shared } from '../../support/shared.js';
import { within } from '../../support/within.js';
import { gatewire } from './gatewire.js';
import { emptyFolder, installOffline, runScript, startProject, urlOf } from './project.js';

const folder = emptyFolder();
let unpacked = '';
let main = '';

beforeAll(async () => {
  unpacked = await shared('package');
  main = path.join(unpacked, 'dist/cli/main.js');
});
afterAll(() => folder.remove());

/** Asks a server whose certificate, where it has one, nobody vouches for. */
async function get(url: string): Promise<string> {
  const asking = url.startsWith('https:') ? getHttps(url, { rejectUnauthorized: false }) : getHttp(url);
  const [response] = await once(asking, 'response');
  return bodyOf(response);
}

describe.each(exampleNames)('a project of the template %s, from the packed package', (template) => {
  const project = path.join(folder.path, `my-${template}`);

  it('is made, and installs', async () => {
    const made = await gatewire(['new', `my-${template}`, '--template', template], {
      cwd: folder.path,
      main,
    });
    expect({ ...made, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(made.stdout).toContain(`cd my-${template}`);
    // One of them with the compiler that projects ask for: one that is compiled once.
    installOffline(project, unpacked, template === 'chat' ? 'typescript' : 'typescript7');
  });

  it.each(['typecheck', 'build', 'lint'])('passes npm run %s', async (script) => {
    expect(await runScript(script, project)).toMatchObject({ failed: false });
  });

  it('passes its tests', async () => {
    const { text, failed } = await runScript('test', project);
    expect(text).toMatch(/# pass [1-9]/);
    expect(failed).toBe(false);
  });

  it.each([
    ['as it is', ['--import', 'tsx', 'src/main.ts']],
    ['built', ['--enable-source-maps', 'dist/main.js']],
  ])('starts %s, answers, and ends at SIGTERM', async (_, args) => {
    const { server, ended } = startProject(project, args);
    try {
      const url = await within('the URL', urlOf(server));
      if (template !== 'echo') expect(await get(`${url}/`)).toContain('<!doctype html>');
      expect(await get(`${url}/socket.io/?EIO=4&transport=polling`)).toMatch(/^0\{"sid"/);
    } finally {
      server.kill('SIGTERM');
    }
    expect(await within('the end', ended)).toEqual([0, null]);
  });

  it('has no errors for the doctor', async () => {
    const { code, stdout } = await gatewire(['doctor', '--json'], {
      cwd: project,
      main: path.join(project, 'node_modules/gatewire/dist/cli/main.js'),
      env: { PORT: '0' },
    });
    const { findings } = JSON.parse(stdout) as { findings: { level: string }[] };
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(code).toBe(0);
  });
});

// One with bare decorators and one with a kit: what is added to the others looks the same.
describe.each(['echo', 'secure-chat'])('the project of the template %s', (template) => {
  const project = path.join(folder.path, `my-${template}`);

  it('takes what is added, and passes everything once more', async () => {
    for (const words of ['gateway OrderItems', 'contract live_prices', 'middleware HTTPAudit']) {
      const added = await gatewire(['add', ...words.split(' '), '--json'], { cwd: project, main });
      expect(added).toMatchObject({ code: 0, stderr: '' });
      const { next } = JSON.parse(added.stdout) as { next: string[] };
      // Nothing to install. No example has a `use`, so that the place of a middleware is left to the user.
      expect(next).toHaveLength(words.startsWith('middleware') ? 2 : 0);
    }
    expect(existsSync(path.join(project, 'src/http-audit.middleware.test.ts'))).toBe(true);
    for (const script of ['typecheck', 'test', 'lint']) {
      expect(await runScript(script, project)).toMatchObject({ failed: false });
    }
    const { stdout: listing } = await gatewire(['events'], { cwd: project, main });
    expect(listing).toContain('/order-items');
    expect(listing).toContain('/live-prices');
  });
});
