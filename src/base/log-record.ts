/** Bytes of one record, as JSON: what clients send ends up in some fields, and in messages of errors. */
const RECORD_BYTES = 7_000;
const TEXT_BYTES = 2_000;
const STACK_BYTES = 3_000;
const MAX_CAUSES = 4;
const MAX_ERRORS = 3;

/** Bytes that a record may still have. */
interface Budget {
  left: number;
}

/** Returns a record of at most 8 KB: long texts are cut, and errors with long texts or many fields are copied. */
export function boundRecord<TRecord extends object>(record: TRecord): TRecord {
  const budget: Budget = { left: RECORD_BYTES };
  const bounded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    budget.left -= name.length + 8;
    if (budget.left <= 0) break;
    bounded[name] = boundValue(value, budget);
  }
  return bounded as TRecord;
}

function boundValue(value: unknown, budget: Budget): unknown {
  if (typeof value === 'string') return cut(value, TEXT_BYTES, budget);
  if (value instanceof Error) return boundError(value, budget, MAX_CAUSES);
  if (typeof value !== 'object' || value === null) {
    budget.left -= 24;
    return typeof value === 'bigint' || typeof value === 'function' ? cut(String(value), 100, budget) : value;
  }
  const text = jsonOf(value);
  const short = cut(text, TEXT_BYTES, budget);
  return short === text ? value : short;
}

/** Returns the error itself where it is short, so that a logger finds its class. */
function boundError(error: Error, budget: Budget, causes: number): Error {
  const message = cut(String(error.message), TEXT_BYTES, budget);
  const stack = error.stack === undefined ? undefined : cut(String(error.stack), STACK_BYTES, budget);
  const fields = jsonOf({ ...error });
  const cause = boundCause(error.cause, budget, causes);
  const errors = (error as Partial<AggregateError>).errors?.slice(0, MAX_ERRORS);
  const parts = errors?.map((one: unknown) => boundCause(one, budget, causes));
  const isShort =
    message === error.message &&
    stack === error.stack &&
    cut(fields, TEXT_BYTES, budget) === fields &&
    cause === error.cause &&
    parts?.every((part, i) => part === (error as AggregateError).errors[i]) !== false &&
    ((error as Partial<AggregateError>).errors?.length ?? 0) <= MAX_ERRORS;
  if (isShort) return error;
  const copy = new Error(message, cause === undefined ? {} : { cause });
  copy.name = cut(String(error.name), 100, budget);
  if (stack !== undefined) copy.stack = stack;
  return parts === undefined ? copy : Object.assign(copy, { errors: parts });
}

function boundCause(cause: unknown, budget: Budget, causes: number): unknown {
  if (!(cause instanceof Error)) return cause === undefined ? undefined : boundValue(cause, budget);
  return causes === 0 ? '…' : boundError(cause, budget, causes - 1);
}

/** Cuts a text to so many bytes, or to what is left, and says how long it was. */
function cut(text: string, maxBytes: number, budget: Budget): string {
  const max = Math.max(0, Math.min(maxBytes, budget.left));
  let kept = text.slice(0, max);
  let bytes = bytesOf(kept);
  while (bytes > max) {
    kept = kept.slice(0, Math.floor((kept.length * max) / bytes));
    bytes = bytesOf(kept);
  }
  budget.left -= bytes;
  return kept.length === text.length ? text : `${kept}… (${text.length} characters)`;
}

/** Bytes of a text in JSON, where a control character has six. */
function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return Object.prototype.toString.call(value);
  }
}
