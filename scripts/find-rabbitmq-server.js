// Finds the script that starts RabbitMQ: RABBITMQ_SERVER_PATH, or where packages put it.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findOnPath, firstProgram } from './find-program.js';

const LIBRARY = '/usr/lib/rabbitmq/lib';

/**
 * Returns the path of RabbitMQ's own rabbitmq-server, or null. The one on PATH is Debian's: as root it changes to the
 * user rabbitmq, who may not write where the tests do.
 */
export function findRabbitmqServer() {
  const { RABBITMQ_SERVER_PATH } = process.env;
  if (RABBITMQ_SERVER_PATH) return firstProgram([RABBITMQ_SERVER_PATH]);
  const versions = existsSync(LIBRARY) ? readdirSync(LIBRARY).sort().reverse() : [];
  const own = versions.map((version) => path.join(LIBRARY, version, 'sbin/rabbitmq-server'));
  return firstProgram(own) ?? (process.platform === 'linux' ? null : findOnPath(['rabbitmq-server']));
}

/** Returns the path of Erlang's port mapper, which every node of RabbitMQ asks for, or null. */
export function findEpmd() {
  return findOnPath(['epmd']);
}
