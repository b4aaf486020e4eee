// Finds nats-server: NATS_SERVER_PATH, or on PATH.
import { findOnPath, firstProgram } from './find-program.js';

/** Returns the path of nats-server, or null. */
export function findNatsServer() {
  const { NATS_SERVER_PATH } = process.env;
  // Debian keeps it where only root looks.
  return NATS_SERVER_PATH
    ? firstProgram([NATS_SERVER_PATH])
    : (findOnPath(['nats-server']) ?? firstProgram(['/usr/sbin/nats-server']));
}
