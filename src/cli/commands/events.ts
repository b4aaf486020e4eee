import { suggest } from '../../base/suggest.js';
import { describeApp } from '../../inspect/describe.js';
import type {
  AppDescription,
  EventDescription,
  NamespaceDescription,
  SentDescription,
  TopicDescription,
} from '../../inspect/description.js';
import { describeEventInfo, findEvent, findNamespace, findTopic } from '../../inspect/event-info.js';
import {
  type AppPlan,
  type EventPlan,
  eventsOf,
  type NamespacePlan,
  type TopicPlan,
} from '../../plan/types.js';
import { APP_OPTION, loadApp } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { cliError, EXIT, usageError } from '../errors.js';
import { alignGroups, type Cell, counted, jsonDocument, type Paint, type Row } from '../output.js';
import { durationWords, nameWords, placeOf, renderEventInfo, shapeWords } from './event-info.js';

/** `gatewire events`: lists the events and topics of an application, or shows the steps of one. */
export const events: Command = defineCommand({
  usage: ['events [--app FILE] [--json]', 'events --info NAMESPACE NAME [--all] [--app FILE] [--json]'],
  options: {
    ...APP_OPTION,
    info: { type: 'boolean', help: 'show one event or topic: what runs for it, in which order' },
    all: { type: 'boolean', help: 'with --info: also options and limits that have their defaults' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  notes: [
    'The file is imported and never started. Without --app it is `gatewire.app` of package.json,',
    'else the first of src/app.ts, app.ts, dist/app.js, app.js.',
    '',
    'exit codes: 0 fine, 1 the application has problems, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    if (values.all && !values.info) throw usageError('events', '--all needs --info');
    const asked = readWords(words, values.info === true);
    const { file, plan } = await loadApp(cwd, values.app);
    if (asked === null) {
      const app = describeApp(plan, cwd);
      output.print(values.json ? jsonDocument({ app: file, ...app }) : renderEvents(app, output.paint));
      return EXIT.ok;
    }
    const { namespace, subject } = find(plan, asked);
    const info = describeEventInfo(plan, namespace, subject, cwd);
    output.print(
      values.json
        ? jsonDocument({ app: file, asked, ...info })
        : renderEventInfo(info, { asked: asked.event, isWhole: values.all === true }, output.paint),
    );
    return EXIT.ok;
  },
});

interface Asked {
  readonly namespace: string;
  readonly event: string;
}

/** Returns null where no event is asked for. */
function readWords(words: readonly string[], isInfo: boolean): Asked | null {
  if (!isInfo) {
    refuseExtraWords('events', words, 0, words.length > 1 ? '--info' : null);
    return null;
  }
  const [namespace, event] = words;
  if (namespace === undefined || event === undefined) {
    throw usageError('events', '--info needs a namespace and an event');
  }
  refuseExtraWords('events', words, 2);
  return { namespace, event };
}

function find(plan: AppPlan, asked: Asked): { namespace: NamespacePlan; subject: EventPlan | TopicPlan } {
  const namespace = findNamespace(plan, asked.namespace);
  if (namespace === null) {
    const names = plan.namespaces.map(({ name }) => name);
    throw notFound('namespace', asked.namespace, names);
  }
  const event = findEvent(namespace, asked.event);
  const topic = event?.name == null ? findTopic(namespace, asked.event) : null;
  const subject = topic ?? event;
  if (subject !== null) return { namespace, subject };
  const names = [...eventsOf(namespace), ...(namespace.topics ?? [])].flatMap(({ name }) => name ?? []);
  const what = namespace.topics === null ? 'event' : 'event or topic';
  throw notFound(`${what} in \`${namespace.name}\` called`, asked.event, names);
}

function notFound(what: string, name: string, names: readonly string[]): Error {
  return cliError('GW_ERR_CLI_NOT_FOUND', { what, name, suggestion: suggest(name, names) });
}

/** Writes an application: one line for each gateway, event and topic, and the totals. */
function renderEvents(app: AppDescription, paint: Paint): string {
  const { namespaces, totals: sums } = app;
  const hasRates = namespaces.some(({ events, topics }) =>
    [...events, ...topics].some(({ rates }) => rates.length > 0),
  );
  const heads = {
    gateways: headRow('namespace', 'gateway', 'place', 'auth'),
    events: headRow(
      'from',
      'event',
      'payload -> answer',
      'reply',
      ...(hasRates ? ['rates'] : []),
      'handler',
      'line',
      ...(sums.topics > 0 ? ['kept'] : []),
    ),
  };
  // One table for all namespaces: columns are aligned through the whole listing.
  const gateways = alignGroups([[heads.gateways], ...namespaces.map(gatewayRows)], 2, paint);
  const rows = namespaces.map((namespace) => [
    ...eventRows(namespace, hasRates),
    ...sentRows(namespace),
    ...topicRows(namespace, hasRates),
  ]);
  const events = alignGroups([[heads.events], ...rows], 4, paint);
  const lines = gateways.flatMap((lines, i) => [...lines, ...(events[i] ?? [])]);
  return [...lines, `  ${totals(app, paint)}`].join('\n');
}

function headRow(...titles: readonly string[]): Row {
  return titles.map((text): Cell => ({ text, style: 'faint' }));
}

function gatewayRows({ name, auth, gateways }: NamespaceDescription): readonly Row[] {
  return gateways.map(({ name: gateway, at }, i) => {
    const isFirst = i === 0;
    const row: Row = [
      { text: isFirst ? name : '', style: 'title' },
      { text: gateway },
      { text: placeOf(at), style: 'faint' },
    ];
    if (!isFirst) return row;
    return [
      ...row,
      auth === null ? { text: 'open!', style: 'warning' } : { text: auth.label, style: 'good' },
    ];
  });
}

function eventRows({ gateways, events }: NamespaceDescription, hasRates: boolean): readonly Row[] {
  const files = new Map(gateways.map(({ name, at }) => [name, at?.file]));
  return events.map((event): Row => {
    const { name, kind, isAnswered, reply, handler, at } = event;
    return [
      { text: 'client' },
      { text: nameWords(name, kind === 'name') },
      { text: exchangeWords(event) },
      { text: !isAnswered ? 'none' : reply === 'raw' ? 'raw' : 'ack' },
      ...(hasRates ? [{ text: event.rates.join(' ') }] : []),
      { text: handler },
      { text: lineOf(at, files.get(event.gateway)), style: 'faint' },
    ];
  });
}

function sentRows({ sends }: NamespaceDescription): readonly Row[] {
  return sends.map((sent) => [
    { text: 'server', style: 'good' },
    { text: nameWords(sent.name, true) },
    { text: exchangeWords(sent) },
    // An answer of a client has no envelope.
    { text: sent.isAnswered ? 'raw' : 'none' },
  ]);
}

function topicRows({ gateways, topics }: NamespaceDescription, hasRates: boolean): readonly Row[] {
  const files = new Map(gateways.map(({ name, at }) => [name, at?.file]));
  return topics.map((topic): Row => {
    const { name, payload, rates, handler, at, gateway } = topic;
    return [
      { text: 'topic', style: 'title' },
      { text: nameWords(name, true) },
      { text: payload === null ? 'any' : shapeWords(payload, 'payload') },
      { text: '' },
      ...(hasRates ? [{ text: rates.join(' ') }] : []),
      { text: handler },
      { text: lineOf(at, files.get(gateway)), style: 'faint' },
      { text: keptWords(topic) },
    ];
  });
}

/** Writes how a topic is kept: `100 changes, 1 d`, and what differs from other topics. */
function keptWords({ keyed, history, ttlMs, deliver, scope }: TopicDescription): string {
  return [
    counted(history, 'change'),
    durationWords(ttlMs),
    ...(keyed ? ['keyed'] : []),
    ...(deliver === 'latest' ? ['latest'] : []),
    ...(scope === 'app' ? ['app'] : []),
  ].join(', ');
}

/** Writes what an event carries, and what its answer does. */
function exchangeWords({ carries, payload, ack }: EventDescription | SentDescription): string {
  const sent =
    payload === null ? (carries === 'nothing' ? 'nothing' : 'any') : shapeWords(payload, payload.kind);
  return ack === null ? sent : `${sent} -> ${shapeWords(ack, 'ack')}`;
}

/** Writes the line only, `:14`, in the file of the gateway, which stands above; else the file as well. */
function lineOf(at: EventDescription['at'], file: string | undefined): string {
  return at !== null && at.file === file ? `:${at.line}` : placeOf(at);
}

function totals(
  { totals: { gateways, events, sends, topics, namespacesWithoutAuth } }: AppDescription,
  paint: Paint,
): string {
  const open = `${counted(namespacesWithoutAuth, 'namespace')} without authentication`;
  return [
    counted(gateways, 'gateway'),
    `${counted(events, 'event')} of clients`,
    `${sends} of the server`,
    ...(topics > 0 ? [counted(topics, 'topic')] : []),
    namespacesWithoutAuth === 0 ? open : paint('warning', open),
  ].join(', ');
}
