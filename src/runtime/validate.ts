import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../contract/schema.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { Stage } from './bound.js';
import type { CallContext } from './context.js';
import { andThen } from './thenable.js';

const MAX_ISSUES = 20;
const MAX_TEXT = 200;

/** One thing that is wrong with a payload. The value itself is never in it. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Parses the payload ahead of the inner stages; a synchronous schema costs no tick. */
export function payloadStage(schema: Schema, inner: Stage): Stage {
  const validate = schema['~standard'].validate;
  return (ctx) =>
    andThen(validate(ctx.payload), (result) => {
      ctx.payload = accept(result as StandardSchemaV1.Result<unknown>);
      return inner(ctx);
    });
}

/** Parses the list of arguments ahead of the inner stages; the handler gets the list as its payload. */
export function argsStage(schema: Schema, inner: Stage): Stage {
  const validate = schema['~standard'].validate;
  return (ctx) =>
    andThen(validate(ctx.args), (result) => {
      ctx.payload = accept(result as StandardSchemaV1.Result<unknown>);
      ctx.args = ctx.payload as readonly unknown[];
      return inner(ctx);
    });
}

/** Parses the answer to an event. */
export function ackStage(schema: Schema, inner: Stage): Stage {
  return (ctx: CallContext) =>
    andThen(inner(ctx), (answer) => {
      const isStillToCome = ctx.isByHand && answer === undefined;
      return isStillToCome ? undefined : checkAnswer(schema, answer);
    });
}

/** Parses one answer. A mismatch is the server's fault, so that the client sees INTERNAL. */
export function checkAnswer(schema: Schema, answer: unknown): unknown {
  return andThen(schema['~standard'].validate(answer), (result) => {
    const { issues, value } = result as StandardSchemaV1.SuccessResult<unknown> & { issues?: Issues };
    if (issues === undefined) return value;
    const cause = new Error(`the answer does not fit its schema: ${JSON.stringify(normalise(issues))}`);
    throw new GatewireError('INTERNAL', { cause });
  });
}

type Issues = readonly StandardSchemaV1.Issue[];

function accept(result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  throw new GatewireError('INVALID_PAYLOAD', { details: normalise(result.issues) });
}

/** Libraries write paths as keys or as objects with a key; clients get keys, and not more than fit a log line. */
function normalise(issues: Issues): readonly Issue[] {
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: (issue.path ?? []).slice(0, MAX_ISSUES).map((part) => {
      const key = typeof part === 'object' ? part.key : part;
      return typeof key === 'number' ? key : String(key).slice(0, MAX_TEXT);
    }),
    message: issue.message.slice(0, MAX_TEXT),
  }));
}
