// Finds nginx and HAProxy: NGINX_PATH and HAPROXY_PATH, or on PATH, or where Debian puts them, which is on root's PATH only.
import { findOnPath, firstProgram } from './find-program.js';

/** Returns the path of nginx, or null. */
export function findNginx() {
  return find('nginx', process.env.NGINX_PATH);
}

/** Returns the path of haproxy, or null. */
export function findHaproxy() {
  return find('haproxy', process.env.HAPROXY_PATH);
}

function find(name, given) {
  return given ? firstProgram([given]) : (findOnPath([name]) ?? firstProgram([`/usr/sbin/${name}`]));
}
