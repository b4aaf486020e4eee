import { describe, expect, it, jest } from '@jest/globals';
import { BoundedLog, type Logger, type LogRecord, lineLogger, loggerFrom } from '../../../src/base/logger.js';

const LONG = 'x'.repeat(1_000_000);
const ESCAPES = '\u001b[2J\u0007\r12:00 user=mallory\u009b31m\u202e\u2028\u0000';

/** Takes records instead of writing them. */
function recorder() {
  const records: (LogRecord & { level: string })[] = [];
  const at = (level: string) => (record: LogRecord) => void records.push({ ...record, level });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { records, logger };
}

const bytesOf = ({ error, ...fields }: LogRecord): number => {
  const parts: unknown[] = [fields];
  for (let one = error; one !== undefined; one = (one as Error).cause)
    parts.push(one instanceof Error ? [one.name, one.message, one.stack, { ...one }] : one);
  return Buffer.byteLength(JSON.stringify(parts));
};

describe('a record', () => {
  it.each<[string, object]>([
    ['a long text', { call: LONG }],
    ['many long texts', Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, LONG]))],
    ['a large object', { details: Array(100_000).fill('x') }],
    ['a text of wide characters', { call: '\u0000\u20ac'.repeat(100_000) }],
    ['a long message', { error: new SyntaxError(LONG) }],
    ['a long stack', { error: Object.assign(new Error('short'), { stack: LONG }) }],
    ['a field of an error', { error: Object.assign(new Error('short'), { input: LONG }) }],
    ['causes', { error: new Error('a', { cause: new Error(LONG, { cause: new TypeError(LONG) }) }) }],
    ['a cause that is no error', { error: new Error('a', { cause: LONG }) }],
    ['errors of an error', { error: new AggregateError([new Error(LONG), new Error(LONG)], 'all') }],
    [
      'a circle',
      {
        error: (() => {
          const one = new Error('round');
          one.cause = one;
          return one;
        })(),
      },
    ],
  ])('with %s has 8 KB at most', (_, fields) => {
    const { records, logger } = recorder();
    const lines: string[] = [];
    loggerFrom(logger).warn({ event: 'x.y', ...fields });
    loggerFrom(lineLogger((line) => lines.push(line))).warn({ event: 'x.y', ...fields });
    const record = records[0] as LogRecord;
    expect(record.event).toBe('x.y');
    const { errors } = (record['error'] ?? {}) as { errors?: Error[] };
    for (const error of errors ?? []) expect(error.message.length).toBeLessThan(8_192);
    expect(bytesOf({ ...record, ...(_ === 'a circle' && { error: undefined }) })).toBeLessThan(8_192);
    expect(lines).toHaveLength(1);
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThan(8_192);
  });

  it('that is short is passed on as it is, with its error', () => {
    const { records, logger } = recorder();
    const error = new TypeError('short', { cause: new Error('inner') });
    loggerFrom(logger).error({ event: 'x.y', call: 'a', count: 5, at: { line: 1 }, error });
    expect(records).toEqual([{ level: 'error', event: 'x.y', call: 'a', count: 5, at: { line: 1 }, error }]);
    expect(records[0]?.['error']).toBe(error);
  });

  it.each<[string, object]>([
    ['a field', { call: ESCAPES }],
    ['a message', { error: new Error(ESCAPES) }],
    ['a cause', { error: new Error('outer', { cause: new Error(ESCAPES) }) }],
    ['what was thrown', { error: ESCAPES }],
  ])('shows no control character of %s', (_, fields) => {
    const lines: string[] = [];
    lineLogger((line) => lines.push(line)).warn({ event: 'x.y', ...fields });
    expect(lines.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(
      lines
        .join('')
        .split('\n')
        .slice(1)
        .every((line) => line.startsWith('    ')),
    ).toBe(true);
  });
});

describe('what clients cause', () => {
  it('is written ten times for each kind and minute, and then counted', () => {
    jest.useFakeTimers();
    try {
      const { records, logger } = recorder();
      const log = new BoundedLog(logger);
      for (let i = 0; i < 1_000; i++) log.write('a', { event: 'a.failed' }, i === 0 ? 'error' : 'warn');
      for (let i = 0; i < 3; i++) log.write('b', { event: 'b.failed' });
      for (let i = 0; i < 7; i++) log.count('c');
      expect(records).toHaveLength(13);
      expect(records[0]?.level).toBe('error');
      jest.advanceTimersByTime(60_000);
      expect(records.slice(13)).toEqual([
        { level: 'warn', event: 'log.suppressed', kind: 'a', suppressed: 990 },
        { level: 'warn', event: 'log.suppressed', kind: 'c', suppressed: 7 },
      ]);
      for (let i = 0; i < 12; i++) log.write('a', { event: 'a.failed' });
      log.close();
      expect(records.slice(25)).toEqual([
        { level: 'warn', event: 'log.suppressed', kind: 'a', suppressed: 2 },
      ]);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is of so many kinds and no more, whatever names clients give to it', () => {
    const { records, logger } = recorder();
    const log = new BoundedLog(logger);
    for (let i = 0; i < 10_000; i++) log.write(`kind ${i}`, { event: 'x.failed' });
    log.close();
    expect(records).toHaveLength(100 + 10 + 1);
    expect(records.at(-1)).toMatchObject({ kind: 'others', suppressed: 9_890 });
  });
});
