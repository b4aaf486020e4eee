import { defaultSettings } from '../../app/settings.js';
import type {
  EventDescription,
  Position,
  SchemaDescription,
  TopicDescription,
} from '../../inspect/description.js';
import type { CoreStage, EventInfo, StepDescription } from '../../inspect/event-info.js';
import { DEFAULT_LIMITS } from '../../runtime/limits.js';
import { alignGroups, alignRows, counted, type Paint, type Row } from '../output.js';

/** What is to be shown of an event. */
export interface InfoRequest {
  /** Name that the user gave; it differs from the event's where a pattern or the catch-all takes it. */
  readonly asked: string;
  /** True to show options and limits of the application that have their defaults, too. */
  readonly isWhole: boolean;
}

/** Writes one event: what differs from other events, its steps in their order, and options and limits. */
export function renderEventInfo(info: EventInfo, { asked, isWhole }: InfoRequest, paint: Paint): string {
  const { namespace, event, connect, call } = info;
  const rows = [call, connect].map((steps) => steps.map((step, i) => stepRow(step, i + 1, event)));
  const [each = [], once = []] = alignGroups(rows, 4, paint);
  const name = nameWords(event.name, event.kind === 'name');
  const head: Row = [
    { text: namespace.name, style: 'title' },
    { text: name, style: 'title' },
    { text: event.handler },
    { text: placeOf(event.at), style: 'faint' },
  ];
  const settings = optionRows(info.settings, isWhole ? {} : defaultSettings());
  const limits = optionRows(info.limits, isWhole ? {} : DEFAULT_LIMITS);
  const subject = info.topic ? 'topic' : 'event';
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`  ${title}`, ...lines];
  return [
    ...alignRows([head], 2, paint),
    ...(asked === event.name
      ? []
      : [
          `  ${nameWords(asked, true)} has no ${info.topic ? 'method' : 'handler'} of its own: ${name} takes it`,
        ]),
    '',
    ...section('the topic', alignRows(topicRows(info.topic), 4, paint)),
    ...section(`special to this ${subject}`, alignRows(specialRows(info), 4, paint)),
    ...section(info.topic ? 'at each subscription' : 'each time', each),
    ...section('once, when a client connects', once),
    ...section('options of the application', alignRows(settings, 4, paint)),
    ...section('limits of the application', alignRows(limits, 4, paint)),
    ...(isWhole ? [] : ['  other options and limits have their defaults; --all shows them']),
  ].join('\n');
}

/** Lists how a topic is kept and delivered. */
function topicRows(topic: TopicDescription | undefined): readonly Row[] {
  if (topic === undefined) return [];
  const { payload, keyed, maxEntries, history, ttlMs, deliver, scope } = topic;
  const rows: readonly (readonly [string, string])[] = [
    ['value', payload === null ? 'any' : shapeWords(payload, payload.vendor)],
    ['keyed', keyed ? `yes, at most ${maxEntries} keys` : 'no'],
    ['history', counted(history, 'change')],
    ['ttlMs', `${ttlMs} (${durationWords(ttlMs)})`],
    ['deliver', deliver],
    ['scope', scope],
  ];
  return rows.map((row) => row.map((text) => ({ text })));
}

/** Lists what makes an event differ from one without options and steps. */
function specialRows({ namespace, event, call, limits }: EventInfo): readonly Row[] {
  const gateway = namespace.gateways.find(({ name }) => name === event.gateway);
  const own = call.filter(({ level }) => level !== null && level !== 'app');
  const rows: readonly (readonly [string, string | null])[] = [
    ['auth', namespace.auth === null ? 'open!' : null],
    ['timeoutMs', event.timeoutMs === limits.handlerTimeoutMs ? null : String(event.timeoutMs)],
    ['reply', event.isAnswered ? (event.reply === 'raw' ? 'raw: data, or { error }' : null) : 'none'],
    ['answered', event.answersByHand ? 'by @Ack()' : null],
    ['scope', gateway === undefined || gateway.scope === 'singleton' ? null : gateway.scope],
    ['steps', [...new Set(own.map((step) => `${titleOf(step)} ${step.label}`))].join(', ') || null],
  ];
  return rows.flatMap(([title, text]) => (text === null ? [] : [[{ text: title }, { text }]]));
}

function stepRow(step: StepDescription, number: number, event: EventDescription): Row {
  return [
    { text: String(number) },
    { text: stageWords(step) },
    { text: detail(step, event) },
    { text: step.at === null ? '' : placeOf(step.at), style: 'faint' },
  ];
}

const TITLES: Readonly<Record<CoreStage, string>> = {
  auth: 'auth',
  middleware: 'middleware',
  connected: 'CONNECT answered',
  onConnect: '@OnConnect',
  payload: 'payload schema',
  args: 'args schema',
  guard: 'guard',
  handler: 'handler',
  ack: 'ack schema',
  reply: 'reply',
};

function stageWords(step: StepDescription): string {
  return step.level === null ? titleOf(step) : `${step.level} ${titleOf(step)}`;
}

function titleOf({ stage, title = TITLES[stage as CoreStage] }: StepDescription): string {
  return title;
}

function detail(
  { stage, label }: StepDescription,
  { payload, ack, reply, answersByHand }: EventDescription,
): string {
  if (stage === 'payload' || stage === 'args') return shapeWords(payload, payload?.vendor ?? '');
  if (stage === 'ack') return shapeWords(ack, ack?.vendor ?? '');
  if (stage === 'reply') return answersByHand ? `${reply}, by @Ack()` : reply;
  return label ?? '';
}

/** Lists options whose values differ from their defaults. */
function optionRows(given: object, defaults: object): readonly Row[] {
  const usual = new Map(Object.entries(defaults));
  return Object.entries(given)
    .filter(([option, value]) => value !== usual.get(option))
    .map(([option, value]): Row => [{ text: option }, { text: String(value) }]);
}

/** Writes a position: `src/chat.gateway.ts:14`. */
export function placeOf(at: Position | null): string {
  return at === null ? '(unknown place)' : `${at.file}:${at.line}`;
}

/** Writes the shape of a schema: `-` without a schema, `otherwise` for a schema that does not tell its shape. */
export function shapeWords(schema: SchemaDescription | null, otherwise: string): string {
  return schema === null ? '-' : (schema.shape ?? otherwise);
}

/** Writes the name of an event, quoted where it would break the line or look like a pattern. */
export function nameWords(name: string, isLiteral: boolean): string {
  const isPlain = /^[^\s\p{C}'"]+$/u.test(name) && name !== '*' && !name.startsWith('/');
  return isPlain || !isLiteral ? name : JSON.stringify(name);
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** Writes a time in the largest unit of which it is a whole number: `1 d`, `90 min`. */
export function durationWords(ms: number): string {
  const [unit, size] = UNITS.find(([, of]) => ms % of === 0) ?? ['ms', 1];
  return `${ms / size} ${unit}`;
}
