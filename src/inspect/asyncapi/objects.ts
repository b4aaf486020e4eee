import { PARAMETER_VALUE } from '../../contract/namespace-name.js';
import { isTemplate } from '../../plan/namespaces.js';
import type { NamespacePlan } from '../../plan/types.js';
import type { Message } from '../messages.js';
import { namespaceAsWritten } from '../names.js';
import type { FailureSchemas } from './failures.js';
import type { AsyncApiObject } from './types.js';

const UNKNOWN_EMITS =
  'Its gateways have no contract, so that what the server sends of its own accord is not written down here.';

/** What is known about a namespace besides the messages in it. */
export function channelHead(
  namespace: NamespacePlan,
  patterns: readonly Message[],
  failures: FailureSchemas,
): AsyncApiObject {
  return {
    ...addressOf(namespace),
    ...(namespace.contract === null ? { description: UNKNOWN_EMITS } : null),
    'x-socket.io-namespace': namespaceAsWritten(namespace),
    'x-socket.io-connect-error': failures.error,
    ...(patterns.length > 0 ? { 'x-socket.io-patterns': patterns.map(patternOf) } : null),
    ...(namespace.any === null ? null : { 'x-socket.io-any-event': { ack: namespace.any.reply } }),
  };
}

/** A RegExp is no address that anybody could write down; AsyncAPI has null for it. */
function addressOf(namespace: NamespacePlan): AsyncApiObject {
  const { name, pattern } = namespace;
  if (pattern === null) return { address: name };
  if (!isTemplate(namespace)) return { address: null };
  const parameters = [...name.matchAll(/:(\w+)/g)].map(([, parameter = '']) => [
    parameter,
    { description: `Matches \`${PARAMETER_VALUE}\`.`, 'x-pattern': `^${PARAMETER_VALUE}$` },
  ]);
  return { address: name.replace(/:(\w+)/g, '{$1}'), parameters: Object.fromEntries(parameters) };
}

function patternOf({ name, carries, payload, ack, docs }: Message): AsyncApiObject {
  return {
    pattern: name,
    ...(docs.description === null ? null : { description: docs.description }),
    ...(docs.isDeprecated ? { deprecated: true } : null),
    ...(carries === 'several' ? { arguments: 'several' } : null),
    ...(payload === null ? null : { payload }),
    ...(ack === null ? null : { ack: ack.shape, ...(ack.value === null ? null : { answer: ack.value }) }),
  };
}
