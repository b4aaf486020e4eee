import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from '@jest/globals';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-bare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('says which client package of a broker or of Redis is missing, and how to get it', async () => {
  const own = path.join(folder, 'node_modules/gatewire');
  mkdirSync(own, { recursive: true });
  cpSync('dist', path.join(own, 'dist'), { recursive: true });
  cpSync('package.json', path.join(own, 'package.json'));
  const needed = ['socket.io', '@standard-schema', 'inversify', 'reflect-metadata'];
  for (const name of needed)
    symlinkSync(path.resolve('node_modules', name), path.join(folder, 'node_modules', name), 'dir');
  const script = `
    import { createApp, Gateway } from 'gatewire';
    import { consume, kafka, nats, rabbitmq } from 'gatewire/brokers';
    import { redisAdapter } from 'gatewire/redis';
    const sources = [
      rabbitmq({ url: 'amqp://host', queue: 'a' }),
      nats({ url: 'nats://host', stream: 'A', durable: 'b' }),
      kafka({ brokers: ['host:9092'], topic: 'a', group: 'b' }),
    ];
    for (const source of sources) {
      try { consume(source, () => {}); } catch ({ problems }) {
        for (const { code, help } of problems) console.log(code, help);
      }
    }
    class Chat {}
    Gateway('/')(Chat);
    for (const mode of ['sharded', 'streams']) {
      const adapter = redisAdapter({ url: 'redis://host', mode });
      try { createApp({ gateways: [Chat], adapter }).plan(); } catch ({ problems }) {
        for (const { code, help } of problems) console.log(code, help);
      }
    }`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(stdout.trim().split('\n')).toEqual(
    [
      'amqplib',
      '@nats-io/transport-node',
      '@nats-io/jetstream',
      'kafkajs',
      'redis',
      '@socket.io/redis-adapter',
      'redis',
      '@socket.io/redis-streams-adapter',
    ].map((name) => `GW_ERR_BOOT_MISSING_PACKAGE npm install ${name}`),
  );
});
