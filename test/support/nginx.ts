import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { requireProgram } from '../../scripts/programs.js';
import { ProxyProcess } from './proxy-process.js';

// Each of these lies in a folder of the system by default.
const FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** An nginx of the test's own, with everything that it writes in a folder of its own. */
export class Nginx {
  private constructor(
    private readonly process: ProxyProcess,
    private readonly folder: string,
  ) {}

  /**
   * @param config - what stands in `http { … }`
   * @param port - where `config` says that it listens
   */
  static async start(config: string, port: number): Promise<Nginx> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-nginx-'));
    for (const name of FOLDERS) await mkdir(path.join(folder, name));
    const file = path.join(folder, 'nginx.conf');
    await writeFile(file, around(config, folder));
    const args = ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'];
    return new Nginx(await ProxyProcess.start(requireProgram('nginx'), args, port), folder);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function around(config: string, folder: string): string {
  return [
    // As root it would take another user for its workers, who may not read the folder.
    ...(process.getuid?.() === 0 ? [`user ${userInfo().username};`] : []),
    'worker_processes 1;',
    'worker_rlimit_nofile 16384;',
    `pid ${folder}/nginx.pid;`,
    'events { worker_connections 8192; }', // a client takes two
    'http {',
    'access_log off;',
    ...FOLDERS.map((name) => `${name}_temp_path ${path.join(folder, name)};`),
    config,
    '}',
  ].join('\n');
}
