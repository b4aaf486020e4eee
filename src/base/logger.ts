import { isThenable } from './deadline.js';

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

/** Keeps the process alive when a logger of the application throws or rejects. */
function guardedLogger(logger: Logger): Logger {
  const guard = (level: Level) => (record: LogRecord) => {
    try {
      // A method that returns nothing may be an async one, as for a log that travels.
      const written = logger[level](record) as unknown;
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
  const line = [time, level.padEnd(5), event, ...pairs].join(' ');
  return error === undefined ? line : `${line}\n${indent(describe(error))}`;
}

function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : safeJson(value);
  // Control characters of a client must not forge lines or move the cursor.
  return /^[\w:/.@+-]+$/.test(text) ? text : JSON.stringify(text);
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
    .map((line) => `    ${line}`)
    .join('\n');
}

const WINDOW_MS = 60_000;
const LINES_PER_WINDOW = 10;

interface Window {
  endsAt: number;
  lines: number;
  suppressed: number;
}

/** Writes what clients cause, a few lines per kind and minute: refused clients must not fill the disk. */
export class BoundedLog {
  readonly #windows = new Map<string, Window>();

  constructor(private readonly warn: (record: LogRecord) => void) {}

  /**
   * Writes a line, or counts it when there were enough of its kind. The next line says how many were left out.
   *
   * @param kind - one of a closed set, never text of a client
   */
  write(kind: string, record: LogRecord): void {
    const now = Date.now();
    const window = this.#windows.get(kind) ?? { endsAt: 0, lines: 0, suppressed: 0 };
    this.#windows.set(kind, window);
    if (now >= window.endsAt) {
      window.endsAt = now + WINDOW_MS;
      window.lines = 0;
    }
    if (window.lines === LINES_PER_WINDOW) {
      window.suppressed++;
      return;
    }
    window.lines++;
    const { suppressed } = window;
    window.suppressed = 0;
    this.warn(suppressed === 0 ? record : { ...record, suppressed });
  }
}
