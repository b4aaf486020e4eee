import { isThenable } from './deadline.js';
import { boundRecord } from './log-record.js';

/** One line of the log: what happened, and where. Payloads, tokens and whole addresses never stand in it. */
export interface LogRecord {
  /** `noun.verb`, such as `call.failed`. */
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Destination of the log, with a method for each level. pino's loggers fit as they are. */
export interface Logger<TRecord extends object = LogRecord> {
  /** Details that help to find a fault. */
  debug(record: TRecord): void;
  /** Events of normal operation. */
  info(record: TRecord): void;
  /** Problems that the application survived and that need a look. */
  warn(record: TRecord): void;
  /** Failures. */
  error(record: TRecord): void;
}

type Level = keyof Logger;

/**
 * Writes readable lines to standard error.
 *
 * @param write - takes one line, without its end
 * @param isVerbose - whether debug lines are written
 */
export function lineLogger(
  write: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  isVerbose = process.env['GATEWIRE_DEBUG'] !== undefined,
): Logger {
  const at = (level: Level) => (record: LogRecord) => write(formatLine(level, record));
  return {
    debug: isVerbose ? at('debug') : () => {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Makes the logger of an option `logger`: false drops everything, undefined writes lines to standard error. */
export function loggerFrom(option: Logger | false | undefined): Logger {
  return guardedLogger(option === false ? silentLogger : (option ?? lineLogger()));
}

/** Bounds records, and keeps the process alive when a logger of the application throws or rejects. */
function guardedLogger(logger: Logger): Logger {
  const guard = (level: Level) => (record: LogRecord) => {
    try {
      // A method that returns nothing may be an async one, as for a log that travels.
      const written = logger[level](boundRecord(record)) as unknown;
      if (isThenable(written)) Promise.resolve(written).catch(() => {});
    } catch {
      // There is nowhere left to report to.
    }
  };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}

function formatLine(level: Level, { event, ...fields }: LogRecord): string {
  const time = new Date().toISOString().slice(11, 23);
  const error = fields['error'];
  const pairs = Object.entries(fields)
    .filter(([name, value]) => name !== 'error' && value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(value)}`);
  const line = escapeText([time, level.padEnd(5), event, ...pairs].join(' '));
  return error === undefined ? line : `${line}\n${indent(describe(error))}`;
}

/** Makes characters visible that move the cursor, forge lines, or turn the direction of a text. */
function escapeText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function formatValue(value: unknown): string {
  if (Array.isArray(value) && value.length > 0 && value.every(isPlain)) return value.join(',');
  const text = typeof value === 'string' ? value : safeJson(value);
  // Control characters of a client must not forge lines or move the cursor.
  return isPlain(text) ? text : JSON.stringify(text);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' && /^[\w:/.@+-]+$/.test(value);
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${formatValue(error)}`;
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 30)
    .map((line) => `    ${escapeText(line)}`)
    .join('\n');
}

const WINDOW_MS = 60_000;
const LINES_PER_WINDOW = 10;
/** Kinds of one window. Names of events may be text of clients where a RegExp takes them. */
const MAX_KINDS = 100;
const OTHERS = 'others';

/** A minute of one kind. */
interface Window {
  readonly endsAt: number;
  lines: number;
  suppressed: number;
}

/**
 * Writes what clients cause, ten lines per kind and minute, and counts the rest: refused clients must not fill the disk.
 * At the end of the minute a line `log.suppressed` has the number.
 */
export class BoundedLog {
  readonly #windows = new Map<string, Window>();
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly logger: Pick<Logger, 'warn' | 'error'>) {}

  /** Writes a line, or counts it when there were enough of its kind. */
  write(kind: string, record: LogRecord, level: 'warn' | 'error' = 'warn'): void {
    const window = this.#windowOf(kind);
    if (window.lines === LINES_PER_WINDOW) window.suppressed++;
    else {
      window.lines++;
      this.logger[level](record);
    }
  }

  /** Counts a line that is not worth writing. */
  count(kind: string): void {
    this.#windowOf(kind).suppressed++;
  }

  /** Writes the numbers that are still to come. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const kind of this.#windows.keys()) this.#end(kind);
  }

  #windowOf(kind: string): Window {
    const now = Date.now();
    const known = this.#windows.get(kind);
    if (known !== undefined && now < known.endsAt) return known;
    if (known !== undefined) this.#end(kind);
    else if (this.#windows.size >= MAX_KINDS && kind !== OTHERS) return this.#windowOf(OTHERS);
    const window: Window = { endsAt: now + WINDOW_MS, lines: 0, suppressed: 0 };
    this.#windows.set(kind, window);
    this.#timer ??= setTimeout(() => this.#sweep(), WINDOW_MS).unref();
    return window;
  }

  #sweep(): void {
    const now = Date.now();
    for (const [kind, { endsAt }] of this.#windows) if (now >= endsAt) this.#end(kind);
    this.#timer = this.#windows.size === 0 ? null : setTimeout(() => this.#sweep(), WINDOW_MS).unref();
  }

  #end(kind: string): void {
    const suppressed = this.#windows.get(kind)?.suppressed ?? 0;
    this.#windows.delete(kind);
    if (suppressed > 0) this.logger.warn({ event: 'log.suppressed', kind, suppressed });
  }
}
