import { checkOptions, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import { isReservedEvent } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import { suggest } from '../base/suggest.js';
import type { Contract, EventDefinition, Schema } from '../contract/contract.js';
import type { Place } from '../errors/boot-error.js';
import type { EventDeclaration } from '../metadata/record.js';
import type { ContractPlan, EventPlan, MessagePlan } from './types.js';
import { checkSendable, type Sender } from './unsendable.js';

type Definitions = Readonly<Record<string, EventDefinition>>;

const DEFINITION_OPTIONS = {
  payload: rules.schema,
  args: rules.schema,
  ack: rules.schema,
  description: rules.text,
  examples: rules.list,
  deprecated: rules.boolean,
};

/** Finds the definition of an event in the contract of its decorator; null for the plain decorator. */
export function definitionOf({ contract, names }: EventDeclaration): EventDefinition | null {
  if (!isContract(contract)) return null;
  const definitions = clientToServerOf(contract);
  const name = String(names[0]);
  return (Object.hasOwn(definitions, name) ? definitions[name] : null) ?? {};
}

/** Brings the definition of an event into one form, for both directions. */
export function messageOf(name: string, definition: EventDefinition): MessagePlan {
  const { payload, args, ack, description, examples, deprecated } = definition;
  return Object.freeze({
    name,
    payload: usable(payload),
    args: usable(args),
    ack: usable(ack),
    docs: Object.freeze({
      description: description ?? null,
      examples: Object.freeze([...(examples ?? [])]),
      isDeprecated: deprecated ?? false,
    }),
  });
}

/** Checks a contract by itself, without the handlers of its events. */
export function compileContract(contract: Contract, problems: Problems, where: Place): ContractPlan {
  const { serverToClient = {}, errors = {} } = contract.definition;
  const messages = checkDefinitions(serverToClient, 'server', contract.namespace, problems, where);
  checkDefinitions(clientToServerOf(contract), 'client', contract.namespace, problems, where);
  for (const [code, schema] of Object.entries(errors)) {
    if (rules.schema.accepts(schema)) continue;
    const args = { option: `errors.${code}`, given: show(schema), expected: rules.schema.expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  return Object.freeze({
    serverToClient: Object.freeze(messages),
    errors: Object.freeze(new Map(Object.entries(errors))),
  });
}

/** Reports events of a contract without a handler, or whose handler is a plain `@OnEvent` without the schemas. */
export function findUnhandled(
  contract: Contract,
  events: readonly EventPlan[],
  gateways: readonly Place[],
  problems: Problems,
): void {
  const { namespace } = contract;
  for (const event of Object.keys(clientToServerOf(contract))) {
    if (isReservedEvent(event)) continue;
    const handler = events.find(({ name }) => name === event);
    if (handler === undefined) {
      problems.add(
        'GW_ERR_BUILD_UNHANDLED_EVENT',
        { event, namespace, method: methodFor(event) },
        ...gateways,
      );
    } else if (handler.contract === null) {
      problems.add('GW_ERR_BUILD_PAST_CONTRACT', { event, namespace }, placeOf(handler));
    }
  }
}

/** Reports handlers of events that are not in the contract of their namespace. */
export function findForeign(
  contract: Contract | null,
  namespace: string,
  events: readonly EventPlan[],
  problems: Problems,
): void {
  const names = contract === null ? [] : Object.keys(clientToServerOf(contract));
  for (const event of events) {
    if (event.contract === null || event.name === null) continue;
    if (event.contract !== contract) {
      const args = { method: event.handler.label, contract: event.contract.namespace, namespace };
      problems.add('GW_ERR_BUILD_FOREIGN_CONTRACT', args, placeOf(event));
    } else if (!names.includes(event.name)) {
      const suggestion = suggest(event.name, names);
      const args = { event: event.name, namespace, suggestion };
      problems.add('GW_ERR_BUILD_NOT_IN_CONTRACT', args, placeOf(event));
    }
  }
}

/** Tells whether a value is a contract, as `defineContract` makes them. */
export function isContract(value: unknown): value is Contract {
  const { namespace, definition } = (value ?? {}) as Partial<Contract>;
  return typeof namespace === 'string' && typeof definition === 'object' && definition !== null;
}

function checkDefinitions(
  definitions: Definitions,
  sender: Sender,
  namespace: string,
  problems: Problems,
  where: Place,
): MessagePlan[] {
  return Object.entries(definitions).map(([event, definition]) => {
    if (isReservedEvent(event)) problems.add('GW_ERR_BUILD_RESERVED_EVENT', { event }, where);
    const of = `event \`${event}\` of the contract of \`${namespace}\``;
    const given = checkOptions<EventDefinition>(definition, DEFINITION_OPTIONS, of, problems, where);
    if (given.payload !== undefined && given.args !== undefined) {
      const args = { option: 'args', given: `set beside \`payload\` in ${of}`, expected: 'one of the two' };
      problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
    }
    const message = messageOf(event, given as EventDefinition);
    checkSendable(event, sender, message, problems, where);
    return message;
  });
}

function clientToServerOf({ definition }: Contract): Definitions {
  return definition.clientToServer ?? {};
}

function usable(schema: Schema | undefined): Schema | null {
  return schema !== undefined && rules.schema.accepts(schema) ? schema : null;
}

function placeOf({ handler }: EventPlan): Place {
  return place(handler.at, handler.label);
}

/** Suggests a method name for an event: `messageSend` for `message:send`. */
function methodFor(event: string): string {
  const name = event.replace(
    /[^A-Za-z0-9]+(.)?/g,
    (_, next: string | undefined) => next?.toUpperCase() ?? '',
  );
  return /^[A-Za-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : `on${name}`;
}
