import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { root } from './gatewire.js';
import { HealthyProject, toFix } from './healthy-project.js';

let project: HealthyProject;

beforeEach(() => {
  project = new HealthyProject();
  project.compile();
});
afterEach(() => project.remove());

describe('gatewire doctor, of what is installed', () => {
  it('compares versions with what gatewire needs, and with the advisories', async () => {
    const modules = path.join(project.path, 'node_modules');
    for (const name of ['socket.io', 'inversify']) {
      rmSync(path.join(modules, name));
    }
    project.fake('.', 'socket.io', '4.7.5');
    project.fake('.', 'engine.io', '6.6.8');
    project.fake('.', 'socket.io-parser', '4.2.7');
    project.fake('node_modules/engine.io', 'ws', '8.9.0');
    const { code, findings } = await project.examine();
    expect(code).toBe(1);
    expect(toFix(findings).filter(({ check }) => check === 'peers' || check === 'advisories')).toEqual([
      {
        check: 'peers',
        level: 'error',
        fact: 'inversify is not installed',
        fix: 'npm install inversify@^8.2.0',
      },
      {
        check: 'peers',
        level: 'error',
        fact: 'socket.io is 4.7.5, gatewire needs ^4.8.0',
        fix: 'npm install socket.io@^4.8.0',
      },
      {
        check: 'advisories',
        level: 'error',
        fact: 'engine.io is 6.6.8, and has known vulnerabilities below 6.6.9',
        fix: 'npm update engine.io',
      },
      {
        check: 'advisories',
        level: 'error',
        fact: 'ws is 8.9.0, and has known vulnerabilities below 8.21.0',
        fix: 'npm update ws',
      },
    ]);
  });

  it('names as single copies only what is installed', async () => {
    // A linked gatewire has an inversify of its own.
    for (const name of ['inversify', 'gatewire']) rmSync(path.join(project.path, 'node_modules', name));
    const copies = (await project.examine()).findings.find(({ check }) => check === 'copies');
    expect(copies).toMatchObject({
      level: 'ok',
      fact: 'one copy each of reflect-metadata, socket.io',
    });
  });

  it('counts a pre-release, and has it below its release', async () => {
    rmSync(path.join(project.path, 'node_modules/socket.io'));
    project.fake('.', 'socket.io', '4.9.0-beta.1');
    project.fake('.', 'engine.io', '6.6.9-beta.1');
    const { findings } = await project.examine();
    const levelOf = (about: string, name: string) =>
      findings.find(({ check, fact }) => check === about && fact.startsWith(`${name} `))?.level;
    expect(levelOf('peers', 'socket.io')).toBe('ok');
    expect(levelOf('advisories', 'engine.io')).toBe('error');
  });

  it('finds copies: as an error where gatewire and the application see different ones', async () => {
    project.fake('node_modules/some-tool', 'inversify', '7.0.0');
    const [harmless] = toFix((await project.examine()).findings);
    expect(harmless).toMatchObject({
      check: 'copies',
      level: 'warning',
      fix: expect.stringContaining('npm ls'),
    });
    expect(harmless?.fact).toContain('inversify is installed 2 times: ');
    expect(harmless?.fact).toContain('node_modules/some-tool/node_modules/inversify (7.0.0)');

    // A gatewire of its own folder, with a socket.io of its own.
    const own = path.join(project.path, 'node_modules/gatewire');
    rmSync(own);
    cpSync(path.join(root, 'dist'), path.join(own, 'dist'), { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(own, 'package.json'));
    project.fake('node_modules/gatewire', 'reflect-metadata', '0.2.1');
    const { findings } = await project.examine();
    expect(toFix(findings).find(({ level }) => level === 'error')).toMatchObject({
      check: 'copies',
      fact: expect.stringContaining('reflect-metadata is installed 2 times'),
      fix: 'npm dedupe, or make the versions agree: npm ls reflect-metadata',
    });
  });
});
