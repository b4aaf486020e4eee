import { afterEach, describe, expect, it } from '@jest/globals';
import { ServerProcess } from '../support/server-process.js';

describe('close() with a polling client that does not poll', () => {
  let process: ServerProcess;

  afterEach(() => process.kill());

  it.each([
    ['is quiet', ''],
    ['said goodbye', '1'],
    ['sent what is no packet', '4abc'],
  ])('leaves nothing that keeps the process when the client %s', async (_name, packet) => {
    process = new ServerProcess('test/fixtures/close/polling.ts', 0, { env: { PACKET: packet } });
    expect(await process.exited()).toEqual({ code: 0, output: '' });
  });
});
