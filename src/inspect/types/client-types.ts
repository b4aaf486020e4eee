import type { AppPlan, NamespacePlan } from '../../plan/types.js';
import { messagesOf, type NamespaceMessages } from '../messages.js';
import { identifierOf, Names, namespaceIdentifier, upperFirst } from '../names.js';
import { SchemaBook, type SchemaReference } from '../schema-book.js';
import { contractPrelude, writeContract } from './contract-form.js';
import { eventsPrelude, writeEvents } from './forms.js';
import { TypeWriter } from './type-writer.js';

/** One namespace, ready to be written. */
export interface DescribedNamespace extends NamespaceMessages {
  readonly plan: NamespacePlan;
  /** What the names of its types begin with. */
  readonly prefix: string;
  /** Details of the contract's own errors, by code. */
  readonly errors: ReadonlyMap<string, SchemaReference | null>;
}

/**
 * `events` is for socket.io-client's own `Socket` and imports nothing; `contract` is for `connect` of gatewire/client,
 * and imports types of gatewire/contract.
 */
export type ClientTypesForm = 'events' | 'contract';

const HEADER = `// Written by \`gatewire types\`. What is changed here is lost when it is written again.
/* eslint-disable */
`;

const RESERVED = ['wireError', 'wireCode', 'ackReply', 'rawReply', 'exception', 'contract', 'schema'];
const SUFFIXES = ['ClientToServerEvents', 'ServerToClientEvents', 'Error', 'Contract'];

/** Writes the types of everything that clients send and receive, as the text of a declaration file. */
export function clientTypesOf(plan: AppPlan, form: ClientTypesForm): string {
  const names = new Names();
  const ids = plan.namespaces.map((namespace) => names.take(namespaceIdentifier(namespace)));
  const book = new SchemaBook([...RESERVED, ...ids.flatMap((id) => SUFFIXES.map((suffix) => id + suffix))]);
  const types = new TypeWriter(book);
  const write = form === 'events' ? writeEvents : writeContract;
  const namespaces = plan.namespaces.map((namespace, i) => describe(namespace, ids[i] as string, book));
  const texts = namespaces.map((namespace) => write(namespace, types));
  const prelude = form === 'events' ? eventsPrelude() : contractPrelude();
  return `${[HEADER + prelude, ...texts, ...types.declarations].join('\n\n')}\n`;
}

function describe(plan: NamespacePlan, id: string, book: SchemaBook): DescribedNamespace {
  const errors = [...(plan.contract?.errors ?? [])].map(([code, schema]) => {
    const name = `${identifierOf(id, code.toLowerCase())}Details`;
    return [code, book.addOf(name, schema, 'input')] as const;
  });
  return { plan, prefix: upperFirst(id), errors: new Map(errors), ...messagesOf(plan, id, book) };
}
