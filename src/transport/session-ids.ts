import { randomBytes } from 'node:crypto';

/** The length of Engine.IO's own ids: rooms whose names look like one are stored under another name. */
const LENGTH = 20;

/** Makes ids of sessions that begin with the name of their node and a dash; 78 bits or more of them are random. */
export function sessionIds(node: string): () => string {
  const prefix = `${node}-`;
  return () => (prefix + randomBytes(15).toString('base64url')).slice(0, LENGTH);
}
