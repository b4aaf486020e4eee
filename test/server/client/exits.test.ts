import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { compiled } from '../../support/compiled.js';
import { WAIT_MS } from '../../support/within.js';

it.each(['websocket', 'polling'])(
  'leaves nothing behind that would keep a process alive, over %s',
  async (transport) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [compiled('test/fixtures/client/exits.ts'), transport],
      { timeout: WAIT_MS },
    );
    expect(stdout).toBe('UNAVAILABLE,UNAVAILABLE,UNAVAILABLE\n');
  },
);
