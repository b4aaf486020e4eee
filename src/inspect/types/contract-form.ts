import { isTemplate } from '../../plan/namespaces.js';
import type { Message } from '../messages.js';
import { namespaceAsWritten } from '../names.js';
import type { DescribedNamespace } from './client-types.js';
import { docComment } from './doc-comment.js';
import { literal } from './literal.js';
import type { TypeWriter } from './type-writer.js';

/** What every namespace uses. */
export function contractPrelude(): string {
  return `import type { Contract, Schema } from 'gatewire/contract';`;
}

// Nobody has written down what a gateway without a contract sends.
const ANYTHING = 'Readonly<Record<string, { readonly payload: Schema<any> }>>';

/** Writes one namespace as a contract that has types and no schemas, for `connect<ChatContract>('/chat', url)`. */
export function writeContract(namespace: DescribedNamespace, types: TypeWriter): string {
  const { plan, prefix, errors, fromClient, fromServer } = namespace;
  const name = plan.pattern === null || isTemplate(plan) ? literal(plan.name) : 'string';
  const members = (messages: readonly Message[]): string =>
    messages.map((message) => member(message, types)).join('');
  const details = [...errors].map(
    ([code, schema]) => `    readonly ${literal(code)}: Schema<${types.typeOf(schema)}>;\n`,
  );
  const description = `What travels in \`${namespaceAsWritten(plan)}\`.`;
  return `${docComment({ description, isDeprecated: false }, '')}export type ${prefix}Contract = Contract<${name}, {
  readonly clientToServer: {
${members(fromClient)}  };
  readonly serverToClient: ${plan.contract === null ? ANYTHING : `{\n${members(fromServer)}  }`};
${details.length === 0 ? '' : `  readonly errors: {\n${details.join('')}  };\n`}}>;`;
}

function member({ name, carries, payload, ack, docs }: Message, types: TypeWriter): string {
  const key = carries === 'several' ? 'args' : 'payload';
  const type = carries === 'several' && payload === null ? 'any[]' : types.typeOf(payload);
  const parts = [
    ...(carries === 'nothing' ? [] : [`readonly ${key}: Schema<${type}>`]),
    ...(ack === null ? [] : [`readonly ack: Schema<${types.typeOf(ack.value)}>`]),
  ];
  const event = parts.length === 0 ? 'Readonly<Record<never, never>>' : `{ ${parts.join('; ')} }`;
  return `${docComment(docs, '    ')}    readonly ${literal(name)}: ${event};\n`;
}
