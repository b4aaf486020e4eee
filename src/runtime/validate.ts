import type { StandardSchemaV1 } from '@standard-schema/spec';
import { andThen } from '../base/thenable.js';
import type { Schema } from '../contract/schema.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { Stage } from './bound.js';
import type { CallContext } from './context.js';
import { publicIssues } from './issues.js';

/** Parses the payload ahead of the inner stages; a synchronous schema costs no tick. */
export function payloadStage(schema: Schema, inner: Stage): Stage {
  const validate = schema['~standard'].validate;
  return (ctx) =>
    andThen(validate(ctx.payload), (result) => {
      ctx.payload = accept(schema, result as StandardSchemaV1.Result<unknown>);
      return inner(ctx);
    });
}

/** Parses the list of arguments ahead of the inner stages; the handler gets the list as its payload. */
export function argsStage(schema: Schema, inner: Stage): Stage {
  const validate = schema['~standard'].validate;
  return (ctx) =>
    andThen(validate(ctx.args), (result) => {
      ctx.payload = accept(schema, result as StandardSchemaV1.Result<unknown>);
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
    const { issues, value } = result as StandardSchemaV1.SuccessResult<unknown> & {
      issues?: readonly StandardSchemaV1.Issue[];
    };
    if (issues === undefined) return value;
    const cause = new Error(
      `the answer does not fit its schema: ${JSON.stringify(publicIssues(schema, issues))}`,
    );
    throw new GatewireError('INTERNAL', { cause });
  });
}

/** Parses what a client answered to a call of the server's. */
export function checkAnswerOfClient(schema: Schema, answer: unknown): unknown {
  return andThen(schema['~standard'].validate(answer), (result) => {
    const { issues, value } = result as StandardSchemaV1.SuccessResult<unknown> & {
      issues?: readonly StandardSchemaV1.Issue[];
    };
    if (issues === undefined) return value;
    throw new GatewireError('INVALID_PAYLOAD', {
      message: 'the answer of the client is not valid',
      details: publicIssues(schema, issues),
    });
  });
}

function accept(schema: Schema, result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  throw new GatewireError('INVALID_PAYLOAD', { details: publicIssues(schema, result.issues) });
}
