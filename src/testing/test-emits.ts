import type { EmitMessage } from '../base/channels.js';
import { recipients } from '../runtime/rooms.js';

/** One emit of the server. Without rooms, users and sockets it went to everybody in the namespace. */
export interface TestEmit {
  /** Name of the namespace instance. */
  readonly namespace: string;
  readonly event: string;
  readonly args: readonly unknown[];
  readonly rooms: readonly string[];
  /** Ids of users. */
  readonly users: readonly string[];
  /** Ids of sockets. */
  readonly sockets: readonly string[];
  /** Rooms, users and sockets that were left out. */
  readonly except: readonly string[];
}

/** Puts an emit into the words of the application. */
export function describeEmit({ namespace, event, args, socketId, rooms, except }: EmitMessage): TestEmit {
  const left = recipients(except ?? []);
  return {
    namespace,
    event,
    args,
    ...recipients(socketId === undefined ? (rooms ?? []) : [socketId]),
    except: [...left.rooms, ...left.users, ...left.sockets],
  };
}
