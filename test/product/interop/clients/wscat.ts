import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { engineUrl } from '../../../support/raw-websocket.js';
import { type Channel, connectByHand } from './by-hand.js';
import type { InteropClient } from './client.js';

const program = join(createRequire(import.meta.url).resolve('wscat/package.json'), '..', 'bin', 'wscat');

/** What somebody types into a terminal; it can neither send nor show bytes. */
export const wscat: InteropClient = {
  name: 'wscat',
  transports: ['websocket'],
  hasBinary: false,
  reconnects: false,
  connect(url, { namespace }) {
    const args = [program, '--no-color', '--connect', engineUrl(url)];
    return connectByHand(channel(spawn(process.execPath, args, { stdio: 'pipe' })), namespace);
  },
};

function channel(child: ChildProcess): Channel {
  const ended = once(child, 'close');
  child.stderr?.resume();
  return {
    send: (frame) => void child.stdin?.write(`${frame}\n`),
    listen(onFrame, onClose) {
      if (child.stdout !== null) {
        // It writes its prompt in front of what comes in.
        createInterface(child.stdout).on('line', (line) => onFrame(line.replace(/^(?:> ?|< )+/, '')));
      }
      child.once('close', onClose);
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}
