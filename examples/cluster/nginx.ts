import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { NodeName } from './cluster.contract.js';

/** Folders that nginx would otherwise look for where only root may write. */
const FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * Writes the configuration of nginx: new sessions go to the node with the fewest connections, and all requests of a
 * session to the node that its id names.
 *
 * @returns what nginx has to be started with
 */
export async function configureNginx(
  folder: string,
  port: number,
  nodes: ReadonlyMap<NodeName, number>,
): Promise<readonly string[]> {
  for (const name of FOLDERS) await mkdir(path.join(folder, name));
  const file = path.join(folder, 'nginx.conf');
  await writeFile(file, configuration(folder, port, [...nodes]));
  return ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'];
}

function configuration(folder: string, port: number, nodes: readonly [NodeName, number][]): string {
  return `
${process.getuid?.() === 0 ? `user ${userInfo().username};` : ''}
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${FOLDERS.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}

  map $arg_sid $node {
    ${nodes.map(([name]) => `~^${name}-  node_${name};`).join('\n    ')}
    default  any_node;
  }
  upstream any_node {
    zone any_node 64k;
    least_conn;
    ${nodes.map(([, port]) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`).join('\n    ')}
  }
  ${nodes.map(([name, port]) => `upstream node_${name} { server 127.0.0.1:${port}; }`).join('\n  ')}

  map $http_upgrade $connection_header {
    ''       '';
    default  upgrade;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://$node;
      proxy_next_upstream error timeout http_503;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
}
