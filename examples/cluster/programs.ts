import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** What the cluster needs beside Node. */
export interface Programs {
  readonly nginx: string;
  readonly redis: string;
}

/** @returns where they are, or in words what is missing */
export function findPrograms(env: NodeJS.ProcessEnv = process.env): Programs | string {
  const nginx = find('nginx', env['NGINX_PATH'], env['PATH']);
  const redis = find('redis-server', env['REDIS_SERVER_PATH'], env['PATH']);
  if (nginx !== null && redis !== null) return { nginx, redis };
  const missing = [nginx === null ? 'nginx' : [], redis === null ? 'redis-server' : []].flat();
  return [
    `The cluster needs ${missing.join(' and ')}, which ${missing.length === 1 ? 'was' : 'were'} not found.`,
    `  Debian, Ubuntu: sudo apt-get install -y ${missing.join(' ')}`,
    `  macOS: brew install ${missing.join(' ').replace('redis-server', 'redis')}`,
    'Or set NGINX_PATH and REDIS_SERVER_PATH to their paths.',
  ].join('\n');
}

function find(name: string, given: string | undefined, searched = ''): string | null {
  // Debian puts nginx where only root looks.
  const folders = [...searched.split(path.delimiter), '/usr/sbin'];
  const files = given ? [given] : folders.map((folder) => path.join(folder, name));
  return files.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
