import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../support/free-port.js';
import { APP, HealthyProject, toFix } from './healthy-project.js';

let project: HealthyProject;

beforeEach(() => {
  project = new HealthyProject();
  project.compile();
});
afterEach(() => project.remove());

async function listening(onData: string | null): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (onData !== null) socket.on('data', () => socket.end(onData));
  }).listen(0);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('gatewire doctor, of ports and of Redis', () => {
  it('looks whether the port is free', async () => {
    const { server, port } = await listening(null);
    try {
      const { code, findings } = await project.examine({ PORT: String(port) });
      expect(toFix(findings)).toEqual([
        {
          check: 'port',
          level: 'warning',
          fact: `port ${port} is taken by another process`,
          fix: `stop it, or take another one: PORT=${port + 1}`,
        },
      ]);
      expect(code).toBe(0);
    } finally {
      server.close();
    }
  });

  it.each([
    ['+PONG\r\n', null],
    ['-NOAUTH Authentication required.\r\n', null],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'what answers there is no Redis'],
  ])('looks whether Redis answers: %j', async (answer, reason) => {
    const { server, port } = await listening(answer);
    try {
      const { findings } = await project.examine({ REDIS_URL: `redis://user:secret@127.0.0.1:${port}` });
      const found = findings.find(({ check }) => check === 'redis');
      expect(found?.fact).toBe(
        reason === null
          ? `Redis answers at 127.0.0.1:${port}`
          : `no Redis answers at 127.0.0.1:${port}: ${reason}`,
      );
    } finally {
      server.close();
    }
  });

  it('says that nothing answers where REDIS_URL points to, without the password', async () => {
    const port = await freePort();
    const { code, findings } = await project.examine({ REDIS_URL: `redis://:secret@127.0.0.1:${port}` });
    expect(code).toBe(1);
    expect(toFix(findings)).toMatchObject([
      { check: 'redis', level: 'error', fact: `no Redis answers at 127.0.0.1:${port}: ECONNREFUSED` },
    ]);
    expect(JSON.stringify((await project.examine({ REDIS_URL: 'secret' })).findings)).not.toContain('secret');
  });

  it('reports what the application reports, and who may come in', async () => {
    project.writeApp(APP.replace("'say'", "'disconnect'"));
    expect(toFix((await project.examine()).findings)).toMatchObject([
      {
        check: 'application',
        level: 'error',
        fact: 'event `disconnect` is reserved (src/app.ts:3:22)',
        fix: 'use @OnDisconnect()',
      },
    ]);
    project.writeApp(APP.replace('] });', "], socket: { cors: { origin: '*' } } });"));
    expect(toFix((await project.examine()).findings)).toMatchObject([{ check: 'origins', level: 'warning' }]);
    for (const [written, isOpen] of [
      ["'*'", true],
      ["[/^https:/, '*']", true],
      ["'https://a.example', socket: { cors: { origin: '*' } }", false],
    ] as const) {
      project.writeApp(APP.replace('] });', `], origins: ${written} });`));
      const fact = "pages of every origin may connect: origins is '*'";
      const fix = "name your own pages: origins: ['https://app.example.com']";
      expect(toFix((await project.examine()).findings)).toEqual(
        isOpen ? [{ check: 'origins', level: 'warning', fact, fix }] : [],
      );
    }
    project.writeApp("throw new Error('broken');");
    expect(toFix((await project.examine()).findings)).toMatchObject([
      { check: 'application', level: 'error', fact: expect.stringContaining('broken') },
    ]);
  });
});
