import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isThenable } from '../base/thenable.js';
import type { Schema } from '../contract/schema.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { ContractPlan, MessagePlan } from '../plan/types.js';
import type { OutgoingContract } from './types.js';
import { checkAnswerOfClient, publicIssues } from './validate.js';

/**
 * What the contract of a namespace says about what leaves it. Emits are checked and never changed: what a schema makes
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
    if (message.args !== null) check(event, message.args, args);
    else if (message.payload !== null) check(event, message.payload, args[0]);
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

function check(event: string, schema: Schema, value: unknown): void {
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
