const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Tells whether a host, as it stands in a URL, is this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
