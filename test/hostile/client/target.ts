import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A server: its URL, or a port of this machine. */
export type Target = number | URL;

/** The server's URL. */
export function urlOf(target: Target): URL {
  return typeof target === 'number' ? new URL(`http://127.0.0.1:${target}`) : target;
}

/** Opens a socket to the server. Certificates are not what is tested. */
export function openSocket(target: Target): Socket {
  const { protocol, hostname, port } = urlOf(target);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'http:') return connectPlain(Number(port || 80), host);
  return connectTls({ port: Number(port || 443), host, servername: host, rejectUnauthorized: false });
}
