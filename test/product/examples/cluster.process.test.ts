import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../support/free-port.js';
import { shared as sharedService } from '../../support/shared.js';
import { ClusterProcess } from './cluster-process.js';

const OURS = /nginx|redis-server|node(?=\.(ts|mjs)$)/;

interface Child {
  readonly pid: number;
  readonly command: string;
}

/** The processes that one has started. */
function childrenOf(pid: number): readonly Child[] {
  const listing = execFileSync('ps', ['-A', '-o', 'ppid=,pid=,args='], { encoding: 'utf8' });
  return [...listing.matchAll(/^ *(\d+) +(\d+) +(.+)$/gm)]
    .filter(([, parent]) => Number(parent) === pid)
    .map(([, , child, command = '']) => ({ pid: Number(child), command }));
}

const isAlive = ({ pid }: Child): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the process of examples/cluster', () => {
  const started: ClusterProcess[] = [];

  beforeAll(() => sharedService('pages'));

  /** The first one runs from its source, as the README says; the others, as they are deployed, take a third of the time. */
  function start(port: string | number, env?: Readonly<Record<string, string>>): ClusterProcess {
    const cluster = new ClusterProcess(port, env, started.length === 0);
    started.push(cluster);
    return cluster;
  }

  /** The one that runs, else a new one, which takes seconds to start. */
  async function running(): Promise<{ cluster: ClusterProcess; port: number; url: string }> {
    const port = shared?.port ?? (await freePort());
    const cluster = shared?.cluster ?? start(port);
    shared = { cluster, port };
    return { cluster, port, url: await cluster.listening() };
  }
  let shared: { cluster: ClusterProcess; port: number } | null = null;

  afterAll(async () => {
    for (const cluster of started) if (cluster.isRunning) await cluster.stop();
  });

  it('gives newcomers to both nodes, and names the node in the id of the session', async () => {
    const { url } = await running();
    const nodes = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
      nodes.add(/"sid":"([a-z]+)-/.exec(await answer.text())?.[1] ?? 'nobody');
    }
    expect([...nodes].sort()).toEqual(['one', 'two']);
  });

  it('ends with 1 when the port is taken', async () => {
    const { port } = await running();
    const { code, output } = await start(port).exited();
    expect(code).toBe(1);
    expect(output).toContain('nginx has ended');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'starts four processes behind the port that it names, and ends all of them at %s',
    async (signal) => {
      const { cluster, port, url } = await running();
      shared = null;
      expect(url).toBe(`http://localhost:${port}`);
      const page = await fetch(url);
      expect([page.status, page.headers.get('server')]).toEqual([200, expect.stringMatching(/^nginx/)]);
      expect(await page.text()).toContain('<title>gatewire cluster');
      expect((await fetch(`${url}/main.ts`)).status).toBe(404);

      // Whatever else tsx may start ends by itself.
      const children = childrenOf(cluster.child.pid as number).filter(({ command }) => OURS.test(command));
      expect(children.map(({ command }) => OURS.exec(command)?.[0]).sort()).toEqual([
        'nginx',
        'node',
        'node',
        'redis-server',
      ]);

      cluster.child.kill(signal);
      expect(await cluster.exited()).toMatchObject({ code: 0 });
      expect(children.filter(isAlive)).toEqual([]);
      await expect(fetch(url)).rejects.toThrow();
    },
  );

  it('says in words what is missing, and how to get it', async () => {
    const { code, output } = await start(0, {
      NGINX_PATH: '/nowhere',
      REDIS_SERVER_PATH: '/nowhere',
    }).exited();
    expect(code).toBe(1);
    expect(output).toContain('The cluster needs nginx and redis-server, which were not found.');
    expect(output).toContain('sudo apt-get install -y nginx redis-server');
    expect(output).not.toMatch(/^\s+at /m);
  });
});
