import type { StandardSchemaV1 } from '@standard-schema/spec';
import { andThen, isThenable } from '../base/deadline.js';
import type { Schema } from '../contract/contract.js';
import type { Issue } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { ContractPlan, MessagePlan } from '../plan/types.js';
import type { Call, OutgoingContract, Stage } from './types.js';

/**
 * Schemas of the contract of a namespace for what leaves it. Emits are checked and never changed: what a schema makes
 * of a value is for the side that receives it.
 */
export class Outgoing implements OutgoingContract {
  readonly #messages: ReadonlyMap<string, MessagePlan>;

  constructor(
    contract: ContractPlan,
    private readonly checksEmits: boolean,
  ) {
    this.#messages = new Map(contract.serverToClient.map((message) => [message.name, message]));
  }

  /**
   * Checks the arguments of an emit. An event that the contract does not know passes: a gateway without a contract
   * may send it.
   *
   * @throws {GatewireError} INTERNAL when they do not fit: it is the server's fault
   */
  checkEmit(event: string, args: readonly unknown[]): void {
    if (!this.checksEmits) return;
    const message = this.#messages.get(event);
    if (message === undefined) return;
    if (message.args !== null) checkSent(event, message.args, args);
    else if (message.payload !== null) checkSent(event, message.payload, args[0]);
  }

  /** The arguments of a call: `args` spread where the event carries several. */
  callArguments(event: string, payload: unknown): readonly unknown[] {
    const args = this.#messages.get(event)?.args != null && Array.isArray(payload) ? payload : [payload];
    this.checkEmit(event, args);
    return args;
  }

  /**
   * Parses what a client answered.
   *
   * @throws {GatewireError} INVALID_PAYLOAD when it does not fit
   */
  acceptAnswer(event: string, answer: unknown): unknown {
    const schema = this.#messages.get(event)?.ack ?? null;
    return schema === null ? answer : checkAnswerOfClient(schema, answer);
  }
}

/**
 * Checks what an application sends under a name.
 *
 * @throws {GatewireError} INTERNAL when it does not fit: it is the server's fault
 */
export function checkSent(event: string, schema: Schema, value: unknown): void {
  const result = schema['~standard'].validate(value);
  if (isThenable(result)) {
    Promise.resolve(result).catch(() => {}); // its rejection would end the process
    throw misfit(event, 'its schema is asynchronous, and an emit cannot wait');
  }
  const { issues } = result as StandardSchemaV1.Result<unknown>;
  if (issues !== undefined) throw misfit(event, JSON.stringify(publicIssues(schema, issues)));
}

function misfit(event: string, reason: string): GatewireError {
  const cause = new Error(`the emit of \`${event}\` does not fit its contract: ${reason}`);
  return new GatewireError('INTERNAL', { cause });
}

const MAX_ISSUES = 20;
const MAX_TEXT = 200;
const MAX_MESSAGE = 1_000;

// Where libraries quote the value that they refuse. It may be a password: its place is neither the wire nor the log.
const QUOTES: Readonly<Record<string, RegExp>> = {
  arktype: / \((?:was |\w*Error: )[\s\S]*\)$| ?\([\s\S]*\)(?= must be\.\.\.)/,
  valibot: /(?: but received|: Received) [\s\S]*$/,
  zod: /, received ['"][\s\S]*$/, // zod 3; zod 4 names types and quotes nothing
};

/** Parses the payload ahead of the inner stages; a synchronous schema costs no tick. */
export function payloadStage(schema: Schema, inner: Stage): Stage {
  const validate = schema['~standard'].validate;
  return (call) =>
    andThen(validate(call.payload), (result) => {
      call.payload = accept(schema, result as StandardSchemaV1.Result<unknown>);
      return inner(call);
    });
}

/** Parses the list of arguments ahead of the inner stages; the handler gets the list as its payload. */
export function argsStage(schema: Schema, inner: Stage): Stage {
  const validate = schema['~standard'].validate;
  return (call) =>
    andThen(validate(call.args), (result) => {
      call.payload = accept(schema, result as StandardSchemaV1.Result<unknown>);
      call.args = call.payload as readonly unknown[];
      return inner(call);
    });
}

/** Parses the answer to an event. */
export function ackStage(schema: Schema, inner: Stage): Stage {
  return (call: Call) =>
    andThen(inner(call), (answer) => {
      const isStillToCome = call.isByHand && answer === undefined;
      return isStillToCome ? undefined : checkAnswer(schema, answer);
    });
}

/** Parses the answer of a handler. A mismatch is the server's fault, so that the client sees INTERNAL. */
export function checkAnswer(schema: Schema, answer: unknown): unknown {
  return parseAnswer(schema, answer, (issues) => {
    const cause = new Error(`the answer does not fit its schema: ${JSON.stringify(issues)}`);
    return new GatewireError('INTERNAL', { cause });
  });
}

/** Parses what a client answered to a call of the server. A mismatch is the client's fault. */
export function checkAnswerOfClient(schema: Schema, answer: unknown): unknown {
  const message = 'the answer of the client is not valid';
  return parseAnswer(schema, answer, (details) => new GatewireError('INVALID_PAYLOAD', { message, details }));
}

function parseAnswer(
  schema: Schema,
  answer: unknown,
  misfit: (issues: readonly Issue[]) => GatewireError,
): unknown {
  return andThen(schema['~standard'].validate(answer), (result) => {
    const { issues, value } = result as StandardSchemaV1.SuccessResult<unknown> & {
      issues?: readonly StandardSchemaV1.Issue[];
    };
    if (issues === undefined) return value;
    throw misfit(publicIssues(schema, issues));
  });
}

function accept(schema: Schema, result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  throw new GatewireError('INVALID_PAYLOAD', { details: publicIssues(schema, result.issues) });
}

/**
 * Findings of a schema, as far as a client and the log may see them. Libraries write paths as keys or as objects
 * with a key, and some quote the value: here are keys, no values, and not more than fits a log line.
 */
export function publicIssues(schema: Schema, issues: readonly StandardSchemaV1.Issue[]): readonly Issue[] {
  const { vendor } = schema['~standard'];
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: (issue.path ?? []).slice(0, MAX_ISSUES).map((part) => {
      const key = typeof part === 'object' ? part.key : part;
      return typeof key === 'number' ? key : String(key).slice(0, MAX_TEXT);
    }),
    message: textOf(issue.message, vendor),
  }));
}

function textOf(message: string, vendor: string): string {
  // Only a quote makes it that long, and the expressions above take time that grows with its square.
  if (message.length > MAX_MESSAGE) return 'is not valid';
  const quotes = Object.hasOwn(QUOTES, vendor) ? QUOTES[vendor] : undefined;
  return (quotes === undefined ? message : message.replace(quotes, '')).slice(0, MAX_TEXT);
}
