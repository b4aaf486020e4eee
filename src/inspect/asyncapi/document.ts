import type { AppPlan, AuthPlan, NamespacePlan, TopicPlan } from '../../plan/types.js';
import { type Message, messagesOf, topicMessage } from '../messages.js';
import { identifierOf, Names, namespaceIdentifier, upperFirst } from '../names.js';
import { SchemaBook, type SchemaReference } from '../schema-book.js';
import { Failures } from './failures.js';
import type { AsyncApiDocument, AsyncApiObject, AsyncApiOptions } from './objects.js';
import { ackObject, channelHead, messageObject, topicHead } from './objects.js';

const EXCEPTION = 'An event that was sent without an acknowledgement has failed.';

/**
 * Writes a plan as an AsyncAPI document. The same plan gives the same document.
 *
 * @throws {TypeError} without a title or a version, which AsyncAPI requires
 */
export function asyncApiOf(plan: AppPlan, options: AsyncApiOptions): AsyncApiDocument {
  const { title, version, description, servers } = options;
  for (const [name, value] of Object.entries({ title, version })) {
    if (typeof value !== 'string' || value === '') {
      throw new TypeError(`asyncapi() needs a ${name}, a string that is not empty`);
    }
  }
  const writer = new DocumentWriter();
  for (const namespace of plan.namespaces) writer.add(namespace);
  return {
    asyncapi: '3.0.0',
    info: { title, version, ...(description === undefined ? null : { description }) },
    ...(servers === undefined ? null : { servers }),
    defaultContentType: 'application/json',
    ...writer.parts,
  };
}

/** Writer of a document, which takes one namespace after the other. */
class DocumentWriter {
  readonly #book = new SchemaBook();
  readonly #failures = new Failures(this.#book);
  readonly #security = new SecuritySchemes();
  readonly #channels: Record<string, AsyncApiObject> = {};
  readonly #operations: Record<string, AsyncApiObject> = {};
  readonly #messages: Record<string, AsyncApiObject> = {};
  readonly #names = { channels: new Names(), operations: new Names(), messages: new Names() };

  get parts(): Pick<AsyncApiDocument, 'channels' | 'operations' | 'components'> {
    const securitySchemes = this.#security.schemes;
    return {
      channels: this.#channels,
      operations: this.#operations,
      components: {
        messages: this.#messages,
        schemas: this.#book.schemas,
        ...(securitySchemes === null ? null : { securitySchemes }),
      },
    };
  }

  add(namespace: NamespacePlan): void {
    const id = this.#names.channels.take(namespaceIdentifier(namespace));
    const failures = this.#failures.of(namespace, id);
    const { fromClient, patterns, fromServer } = messagesOf(namespace, id, this.#book);
    const messages: Record<string, SchemaReference> = {};
    const channel = { $ref: `#/channels/${id}` };
    const keys = new Names();
    /** @returns a reference to the message in the channel, as operations need it */
    const addMessage = (name: string, suffix: string, message: AsyncApiObject): SchemaReference => {
      const key = keys.take((identifierOf(name) || 'event') + suffix);
      const component = this.#names.messages.take(id + upperFirst(key));
      this.#messages[component] = message;
      messages[key] = { $ref: `#/components/messages/${component}` };
      return { $ref: `#/channels/${id}/messages/${key}` };
    };
    const addOperation = (action: 'receive' | 'send', message: Message): void => {
      const { name, ack, docs } = message;
      const reference = addMessage(name, '', messageObject(message));
      const reply = ack && { channel, messages: [addMessage(name, 'Ack', ackObject(name, ack, failures))] };
      const operation = this.#names.operations.take(action + upperFirst(identifierOf(id, name)));
      this.#operations[operation] = {
        action,
        channel,
        title: name,
        ...(docs.description === null ? null : { description: docs.description }),
        ...this.#security.of(namespace.auth),
        messages: [reference],
        ...(reply === null ? null : { reply }),
        ...(ack === null ? null : { 'x-socket.io-ack': ack.isOptional ? 'optional' : 'asked' }),
      };
    };
    for (const message of fromClient) addOperation('receive', message);
    for (const message of fromServer) addOperation('send', message);
    addOperation('send', {
      name: 'exception',
      carries: 'one',
      payload: failures.exception,
      ack: null,
      docs: { description: EXCEPTION, examples: [], isDeprecated: false },
    });
    this.#channels[id] = { ...channelHead(namespace, patterns, failures), messages };
    for (const topic of namespace.topics ?? []) this.#addTopic(namespace, id, topic);
  }

  #addTopic(namespace: NamespacePlan, namespaceId: string, topic: TopicPlan): void {
    const { name, docs } = topic;
    const id = this.#names.channels.take(identifierOf(namespaceId, name) || `${namespaceId}Topic`);
    const message = topicMessage(topic, id, this.#book);
    const component = this.#names.messages.take(`${id}Value`);
    this.#messages[component] = messageObject(message);
    const messages = { value: { $ref: `#/components/messages/${component}` } };
    this.#channels[id] = { ...topicHead(namespace, topic), messages };
    this.#operations[this.#names.operations.take(`send${upperFirst(id)}`)] = {
      action: 'send',
      channel: { $ref: `#/channels/${id}` },
      title: name,
      ...(docs.description === null ? null : { description: docs.description }),
      ...this.#security.of(namespace.auth),
      messages: [{ $ref: `#/channels/${id}/messages/value` }],
    };
  }
}

/** Security schemes of one document: one for each authenticator. */
class SecuritySchemes {
  readonly #names = new Names();
  readonly #byAuth = new Map<object, string>();
  readonly #schemes: Record<string, AsyncApiObject> = {};

  /** All schemes by name; null when there are none. */
  get schemes(): Readonly<Record<string, AsyncApiObject>> | null {
    return this.#byAuth.size === 0 ? null : this.#schemes;
  }

  /** Returns the security of an operation; empty for an open namespace. */
  of(auth: AuthPlan | null): { readonly security?: readonly AsyncApiObject[] } {
    if (auth === null) return {};
    const name = this.#byAuth.get(auth.value) ?? this.#add(auth);
    return { security: [{ $ref: `#/components/securitySchemes/${name}` }] };
  }

  #add({ value, label }: AuthPlan): string {
    const name = this.#names.take(identifierOf(label) || 'auth');
    this.#byAuth.set(value, name);
    this.#schemes[name] = {
      type: 'apiKey',
      in: 'user',
      description: `\`${label}\` decides who may connect. It gets the handshake: what the client gives as \`auth\` (\`io(url, { auth: { token } })\`), and the headers.`,
      'x-socket.io-credentials': 'handshake.auth',
    };
    return name;
  }
}
