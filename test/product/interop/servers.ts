import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server-process.js';
import type { InteropClient } from './clients/client.js';

/** The server as it comes, and one that lets clients of the older protocol in. */
export class Servers {
  private readonly ports = new Map<boolean, number>();
  private readonly started: ServerProcess[] = [];

  /** Starts both, the second time on the ports of the first. */
  async start(): Promise<void> {
    await Promise.all(
      [false, true].map(async (isEio3) => {
        const port = this.ports.get(isEio3) ?? (await freePort());
        const process = new ServerProcess('test/product/interop/server/main.ts', port, {
          env: { EIO3: isEio3 ? '1' : '0' },
        });
        this.started.push(process);
        await process.listening();
        this.ports.set(isEio3, port);
      }),
    );
  }

  async kill(): Promise<void> {
    await Promise.all(this.started.splice(0).map((process) => process.kill()));
  }

  url({ isEio3 = false }: Pick<InteropClient, 'isEio3'>): string {
    const port = this.ports.get(isEio3);
    if (port === undefined) throw new Error('the server has not started');
    return `http://127.0.0.1:${port}`;
  }
}
