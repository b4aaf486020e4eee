import { readFileSync, writeFileSync } from 'node:fs';
import type { CertificateFiles } from './certificate.js';
import { Haproxy } from './haproxy.js';
import { Nginx } from './nginx.js';

const PAGE = 'docs/how-to/proxies.md';

/** The proxies whose configurations the documentation shows, by the language of the code block. */
export const PROXIES = ['nginx', 'haproxy'] as const;
export type ProxyName = (typeof PROXIES)[number];

/** What stands in for the ports, addresses and paths of the documentation. */
export interface ProxyPlace {
  readonly port: number;
  /** Host and port of the nodes `one` and `two`. */
  readonly nodes: readonly [string, string];
  readonly certificate: CertificateFiles;
  /**
   * All of its timeouts.
   * @default '60s'
   */
  readonly timeout?: string;
}

/** Starts a proxy with the very configuration that the documentation shows. */
export function startProxy(name: ProxyName, place: ProxyPlace): Promise<Nginx | Haproxy> {
  const { port, nodes, certificate, timeout = '60s' } = place;
  const { key, cert } = certificate;
  const same = { '10.0.0.1:3000': nodes[0], '10.0.0.2:3000': nodes[1], '60s': timeout };
  if (name === 'nginx') {
    const files = { '/etc/ssl/app.example.pem': cert, '/etc/ssl/app.example.key': key };
    return Nginx.start(configOf(name, { ...same, ...files, 'listen 443': `listen 127.0.0.1:${port}` }), port);
  }
  const both = `${cert}.haproxy`;
  writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  const own = { '/etc/haproxy/app.example.pem': both, 'bind :443': `bind 127.0.0.1:${port}` };
  return Haproxy.start(configOf(name, { ...same, ...own }), port);
}

/** @param changes - each has to be found, and is replaced wherever it stands */
function configOf(language: string, changes: Readonly<Record<string, string>>): string {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  const blocks = [...readFileSync(PAGE, 'utf8').matchAll(fence)];
  if (blocks.length !== 1) throw new Error(`${PAGE} has ${blocks.length} blocks of ${language}, and not one`);
  return Object.entries(changes).reduce((config, [from, to]) => {
    if (!config.includes(from)) throw new Error(`the ${language} block of ${PAGE} has no ${from}`);
    return config.replaceAll(from, to);
  }, blocks[0]?.[1] ?? '');
}
