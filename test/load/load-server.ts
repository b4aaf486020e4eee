import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Limits } from '../../src/index.js';

/** What the server says is in it. */
export interface Stats {
  readonly heapBytes: number;
  readonly left: number;
  readonly [count: string]: number;
}

/** The load fixture as a process of its own, whose memory nobody else uses. */
export class LoadServer {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(limits: Partial<Limits> = {}, file = 'server.ts', socket = {}): Promise<LoadServer> {
    const child = fork(`test/fixtures/load/${file}`, {
      execArgv: ['--expose-gc', '--import', 'tsx'],
      env: { ...process.env, LOAD_LIMITS: JSON.stringify(limits), LOAD_SOCKET: JSON.stringify(socket) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new LoadServer(child, `http://127.0.0.1:${port}`);
  }

  /** What is in it after everything that nobody refers to is gone. */
  async stats(): Promise<Stats> {
    this.process.send('stats');
    const [stats] = (await once(this.process, 'message')) as [Stats];
    return stats;
  }

  /** Has values published to a topic. */
  async publish(topic: string, count: number): Promise<void> {
    this.process.send(`publish ${topic} ${count}`);
    await once(this.process, 'message');
  }

  stop(): void {
    this.process.kill();
  }
}
