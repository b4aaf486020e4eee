import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { requireProgram } from '../../../scripts/programs.js';
import { Gateway, OnSubscribe } from '../../../src/index.js';
import { createTestApp } from '../../../src/testing/index.js';
import { until } from '../../support/until.js';

@Gateway('/live')
class LiveGateway {
  @OnSubscribe('prices/:symbol', { history: 3 }) prices() {}
}

it('docs/reference/topic-protocol.md has a client of python-socketio that loses nothing', async () => {
  const page = readFileSync('docs/reference/topic-protocol.md', 'utf8');
  const [, program = ''] = /^```python\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const address = 'http://localhost:3000';
  expect(program).toContain(address);
  await using test = await createTestApp(LiveGateway);
  const topics = test.topics.namespace('/live');
  await topics.publish('prices/BTC', 1);
  const python = spawn(requireProgram('pythonSocketIo'), ['-c', program.replace(address, test.url)]);
  const ended = once(python, 'close');
  const printed: string[] = [];
  createInterface(python.stdout).on('line', (line) => printed.push(line));
  createInterface(python.stderr).on('line', (line) => printed.push(line));
  const cut = (): void => {
    for (const { conn } of test.app.io.of('/live').sockets.values()) conn.close();
  };
  try {
    await until('the last value', () => printed.length === 1);
    await topics.publishMany('prices/BTC', [2, 3]);
    await until('it is live', () => printed.length === 3);
    cut();
    for (const value of [4, 5]) await topics.publish('prices/BTC', value);
    await until('what it missed', () => printed.length === 5);
    cut();
    await topics.publishMany('prices/BTC', [6, 7, 8, 9]);
    await until('a reset', () => printed.length === 7);
    await topics.delete('prices/BTC');
    await topics.publish('prices/BTC', 10);
    await until('the topic began anew', () => printed.includes('value 10'));
  } finally {
    python.kill('SIGKILL');
    await ended;
  }
  expect(printed).toEqual([
    ...[1, 2, 3, 4, 5].map((value) => `value ${value}`),
    'values were lost',
    'value 9',
    'values were lost',
    'value 10',
  ]);
});
