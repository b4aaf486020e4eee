import { GatewireError } from '../errors/gatewire-error.js';
import type { ClientException } from './connection.js';
import { fieldsOf, readError } from './reply.js';

/** Reads what came as the event `exception`; INTERNAL with the payload as cause where it is none of gatewire's. */
export function readException(payload: unknown): ClientException {
  const { event, error } = fieldsOf<ClientException>(payload);
  return {
    event: typeof event === 'string' ? event : '',
    error: readError(error) ?? new GatewireError('INTERNAL', { cause: payload }),
  };
}
