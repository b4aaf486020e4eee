import { afterEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server-process.js';
import { WAIT_MS } from '../../support/within.js';

describe('the process of examples/echo', () => {
  let server: ServerProcess;
  let client: Socket | undefined;

  afterEach(async () => {
    client?.close();
    await server.kill();
  });

  it('listens on PORT, says its URL, answers, and exits with 0 on SIGTERM', async () => {
    const port = await freePort();
    server = new ServerProcess('examples/echo/main.ts', port, { isSource: true });
    const url = await server.listening();
    expect(new URL(url).port).toBe(String(port));

    client = io(`http://127.0.0.1:${port}`);
    expect(await client.timeout(WAIT_MS).emitWithAck('echo', 'hello')).toEqual({ ok: true, data: 'hello' });

    server.child.kill('SIGTERM');
    const { code, output } = await server.exited();
    expect(code).toBe(0);
    expect(output).toMatch(/app\.closing connections=1\n.*app\.closed ms=\d+\n$/);
  });

  it('answers and ends as well when nobody reads its log any longer', async () => {
    const port = await freePort();
    server = new ServerProcess('examples/echo/main.ts', port, { isSource: true });
    await server.listening();
    server.child.stderr?.destroy();
    client = io(`http://127.0.0.1:${port}`);
    expect(await client.timeout(WAIT_MS).emitWithAck('echo', 'hello')).toEqual({ ok: true, data: 'hello' });
    server.child.kill('SIGTERM');
    expect(await server.exited()).toMatchObject({ code: 0 });
  });
});
