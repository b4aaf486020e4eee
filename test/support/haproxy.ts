import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireProgram } from '../../scripts/programs.js';
import { ProxyProcess } from './proxy-process.js';

/** A HAProxy of the test's own. */
export class Haproxy {
  private constructor(
    private readonly process: ProxyProcess,
    private readonly folder: string,
  ) {}

  /**
   * @param config - all of its configuration
   * @param port - where `config` says that it listens
   */
  static async start(config: string, port: number): Promise<Haproxy> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-haproxy-'));
    const file = path.join(folder, 'haproxy.cfg');
    await writeFile(file, config);
    // -db: in the foreground.
    return new Haproxy(
      await ProxyProcess.start(requireProgram('haproxy'), ['-db', '-f', file], port),
      folder,
    );
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
