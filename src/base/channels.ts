import { type Channel, channel } from 'node:diagnostics_channel';
import type { Logger, LogRecord } from './logger.js';

/** Part of every message: channels belong to the process, which may run several applications. */
interface OfApp {
  /** Identity of the application: `app.id`. */
  readonly app: string;
}

/** A transport connection that opened, changed its transport or closed; one connection carries several sockets. */
export interface ConnectionMessage extends OfApp {
  readonly type: 'open' | 'upgrade' | 'close';
  /** Engine.IO's session id. */
  readonly connectionId: string;
  /** `polling`, `websocket` or `webtransport`. */
  readonly transport: string;
  /** Client address, as `trustProxy` has it. */
  readonly address: string;
  /** Reason of a `close`, in Engine.IO's words or `slow consumer`. */
  readonly reason?: string;
  /** Bytes that the WebSocket's network socket received, of a `close`; absent for polling. */
  readonly bytesRead?: number;
  /** Bytes that the WebSocket's network socket sent, of a `close`; absent for polling. */
  readonly bytesWritten?: number;
}

/** A client on its way into a namespace, in it, refused, or gone. */
export interface SocketMessage extends OfApp {
  readonly type: 'connecting' | 'connect' | 'refused' | 'disconnect';
  /** Namespace instance, such as `/team/7`. */
  readonly namespace: string;
  /** Declared namespace, such as `/team/:team`; bounded in number. */
  readonly pattern: string;
  readonly socketId: string;
  readonly connectionId: string;
  /** `user.id`; absent while it is unknown. */
  readonly userId?: string;
  /** Whether connection state recovery gave the session back. */
  readonly recovered?: boolean;
  /** Wire code of a `refused`. */
  readonly code?: string;
  /** Socket.IO's reason of a `disconnect`. */
  readonly reason?: string;
  /** Milliseconds since `connecting`, of `connect` and `refused`. */
  readonly ms?: number;
}

/**
 * One event of a client from its arrival to its end. It is one object for `start`, `error` and `end`; what is
 * not known yet is filled in later.
 */
export interface CallMessage extends OfApp {
  readonly namespace: string;
  readonly pattern: string;
  readonly event: string;
  /** Declared name of the event: its name, its RegExp, `*` for a catch-all; null when no handler was found. */
  readonly handler: string | null;
  readonly socketId: string;
  readonly userId: string | undefined;
  readonly requestId: string;
  /** Whether the client asked for an acknowledgement. */
  readonly hasAck: boolean;
  /** Bytes of the packet as it arrived, attachments included. */
  readonly bytes: number;
  /** Wire code of the outcome; null for success, and until the call ends. */
  code: string | null;
  /** Milliseconds from arrival to answer; 0 until then. */
  ms: number;
  /** Time of arrival on `performance.now()`. */
  readonly startedAt: number;
  /** Error that the call failed with, before it was made safe for the client. */
  error?: unknown;
}

/** One emit of the server, whatever the number of receivers. */
export interface EmitMessage extends OfApp {
  readonly namespace: string;
  readonly event: string;
  readonly args: readonly unknown[];
  /** Socket that it goes to; absent for rooms. */
  readonly socketId?: string;
  /** Stored names of the rooms it goes to, empty for everyone; absent for one socket. */
  readonly rooms?: readonly string[];
  /** Stored names of the rooms that are left out. */
  readonly except?: readonly string[];
}

/** A limit that refused, slowed down or closed something. */
export interface LimitMessage extends OfApp {
  /** Option that decides, such as `connectionsPerAddress`, or the rule that refuses, such as `origins`. */
  readonly limit: string;
  /** `noun.verb` of what happened, such as `connection.refused`. */
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A change in what connects the nodes. */
export interface AdapterMessage extends OfApp {
  readonly state: 'ok' | 'degraded';
  /** Reason of `degraded`, on one line and without secrets. */
  readonly reason?: string;
}

/** One record of the log. */
export interface LogMessage extends OfApp {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly record: LogRecord;
}

/** Messages of each channel by its name; `app.watch` and `node:diagnostics_channel` take these names. */
export interface ChannelMessages {
  readonly 'gatewire:connection': ConnectionMessage;
  readonly 'gatewire:socket': SocketMessage;
  readonly 'tracing:gatewire:call:start': CallMessage;
  readonly 'tracing:gatewire:call:error': CallMessage;
  readonly 'tracing:gatewire:call:end': CallMessage;
  readonly 'gatewire:emit': EmitMessage;
  readonly 'gatewire:limit': LimitMessage;
  readonly 'gatewire:adapter': AdapterMessage;
  readonly 'gatewire:log': LogMessage;
}

/** Name of a channel. */
export type ChannelName = keyof ChannelMessages;

// Held here for the life of the process: node:diagnostics_channel keeps only weak references. The names of the call
// are those of `tracingChannel('gatewire:call')`. A message is made only where `hasSubscribers` is true.
export const connectionChannel: Channel = channel('gatewire:connection');
export const socketChannel: Channel = channel('gatewire:socket');
export const callStartChannel: Channel = channel('tracing:gatewire:call:start');
export const callErrorChannel: Channel = channel('tracing:gatewire:call:error');
export const callEndChannel: Channel = channel('tracing:gatewire:call:end');
export const emitChannel: Channel = channel('gatewire:emit');
export const limitChannel: Channel = channel('gatewire:limit');
export const adapterChannel: Channel = channel('gatewire:adapter');
export const logChannel: Channel = channel('gatewire:log');

/**
 * Publishes what a limit did on `gatewire:limit`.
 *
 * @param event - `noun.verb` of what happened
 * @param limit - option or rule that decides: one of a closed set, never text of a client
 */
export type LimitReporter = (event: string, limit: string, fields?: LimitMessage['fields']) => void;

/** Makes the reporter of limits of an application. */
export function limitReporter(app: string): LimitReporter {
  return (event, limit, fields = {}) => {
    if (limitChannel.hasSubscribers)
      limitChannel.publish({ app, limit, event, fields } satisfies LimitMessage);
  };
}

/** Makes a log whose records are published on `gatewire:log`; the application's logger subscribes there. */
export function channelLogger(app: string): Logger {
  const at = (level: LogMessage['level']) => (record: LogRecord) => {
    if (logChannel.hasSubscribers) logChannel.publish({ app, level, record } satisfies LogMessage);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
