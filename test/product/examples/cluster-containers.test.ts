import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { configureNginx } from '../../../examples/cluster/nginx.js';

/** The blocks of a configuration that decide about requests, without what differs from place to place. */
function rules(configuration: string): readonly string[] {
  const from = configuration.indexOf('  map $arg_sid');
  return configuration
    .slice(from)
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('listen '));
}

it('routes containers as main.ts routes processes', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-nginx-'));
  try {
    const ports = new Map([
      ['one', 3001],
      ['two', 3002],
    ] as const);
    await configureNginx(folder, 3000, ports);
    const processes = await readFile(path.join(folder, 'nginx.conf'), 'utf8');
    const containers = readFileSync('examples/cluster/nginx.conf', 'utf8')
      .replaceAll('one:3000', '127.0.0.1:3001')
      .replaceAll('two:3000', '127.0.0.1:3002');
    expect(rules(containers)).toEqual(rules(processes));
    expect(rules(containers).length).toBeGreaterThan(20);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('gives each container what main.ts gives a process', () => {
  const compose = readFileSync('examples/cluster/compose.yaml', 'utf8');
  for (const name of ['one', 'two']) {
    expect(compose).toContain(
      `environment: { NODE_NAME: ${name}, HOST: 0.0.0.0, PORT: 3000, REDIS_URL: *redis }`,
    );
  }
  expect(compose).toContain('dist/node.js');
  expect(compose).toContain('./nginx.conf:/etc/nginx/nginx.conf:ro');
});
