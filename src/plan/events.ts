import { checkOptions, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import { isReservedEvent } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import type { EventDefinition } from '../contract/contract.js';
import type { Schema } from '../contract/schema.js';
import type { EventDeclaration } from '../metadata/record.js';
import { definitionOf, messageOf } from './contracts.js';
import type { MessageDocs, ReplyShape } from './types.js';

/** The options of one `@OnEvent`, checked. */
export interface EventOptions {
  readonly payload: Schema | null;
  readonly args: Schema | null;
  readonly ack: Schema | null;
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
  readonly docs: MessageDocs;
}

interface GivenOptions {
  payload: Schema;
  args: Schema;
  ack: Schema;
  timeoutMs: number;
  reply: ReplyShape;
  description: string;
  examples: readonly unknown[];
  deprecated: boolean;
}

const EVENT_OPTIONS = {
  payload: rules.schema,
  args: rules.schema,
  ack: rules.schema,
  timeoutMs: rules.milliseconds,
  reply: rules.reply,
  description: rules.text,
  examples: rules.list,
  deprecated: rules.boolean,
};

/** Checks the options of an event; what is absent comes from the gateway or the application. */
export function compileEventOptions(
  event: EventDeclaration,
  defaults: { readonly timeoutMs: number; readonly reply: ReplyShape },
  label: string,
  problems: Problems,
): EventOptions {
  const where = place(event.at, label);
  const given = checkOptions<GivenOptions>(event.options, EVENT_OPTIONS, '@OnEvent', problems, where);
  if (given.payload !== undefined && given.args !== undefined) {
    const args = { option: 'args', given: 'set beside `payload`', expected: 'one of the two' };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  const { payload, args, ack, docs } = messageOf('', definitionOf(event) ?? (given as EventDefinition));
  return {
    payload,
    args,
    ack,
    docs,
    timeoutMs: given.timeoutMs ?? defaults.timeoutMs,
    reply: given.reply ?? defaults.reply,
  };
}

/** Checks the names of an event and returns the usable ones. */
export function compileEventNames(
  event: EventDeclaration,
  label: string,
  problems: Problems,
): readonly (string | RegExp)[] {
  const where = place(event.at, label);
  const refuse = (name: unknown, reason: string): false => {
    problems.add('GW_ERR_BUILD_BAD_EVENT_NAME', { event: show(name), reason }, where);
    return false;
  };
  if (event.names.length === 0) refuse('', 'is missing: the array is empty');
  return event.names.filter((name): name is string | RegExp => {
    if (name instanceof RegExp) {
      if (!name.global && !name.sticky) return true;
      return refuse(name, 'has the flag g or y, which remembers where it stopped');
    }
    if (typeof name !== 'string') return refuse(name, 'is neither a string nor a RegExp');
    if (name === '') return refuse(name, 'is empty');
    if (!isReservedEvent(name)) return true;
    problems.add('GW_ERR_BUILD_RESERVED_EVENT', { event: name }, where);
    return false;
  });
}
