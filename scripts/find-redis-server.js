// Finds redis-server: REDIS_SERVER_PATH, or on PATH.
import { findOnPath, firstProgram } from './find-program.js';

/** Returns the path of redis-server, or null. */
export function findRedisServer() {
  const { REDIS_SERVER_PATH } = process.env;
  return REDIS_SERVER_PATH ? firstProgram([REDIS_SERVER_PATH]) : findOnPath(['redis-server']);
}
