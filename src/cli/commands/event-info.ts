import type { EventDescription, Position, SchemaDescription } from '../../inspect/description.js';
import type { CoreStage, EventInfo, StepDescription } from '../../inspect/event-info.js';
import { alignGroups, alignRows, type Paint, type Row } from '../output.js';

/**
 * Writes one event: its steps in the order in which they run, then its options and limits.
 *
 * @param asked - name that the user gave; it differs from the event's where a RegExp or the catch-all takes the event
 */
export function renderEventInfo(info: EventInfo, asked: string, paint: Paint): string {
  const { namespace, event, connect, call } = info;
  const rows = [connect, call].map((steps) => steps.map((step, i) => stepRow(step, i + 1, event)));
  const [once = [], each = []] = alignGroups(rows, 4, paint);
  const name = nameWords(event.name, event.kind === 'name');
  const head: Row = [
    { text: namespace.name, style: 'title' },
    { text: name, style: 'title' },
    { text: event.handler },
    { text: placeOf(event.at), style: 'faint' },
  ];
  return [
    ...alignRows([head], 2, paint),
    ...(asked === event.name
      ? []
      : [`  ${nameWords(asked, true)} has no handler of its own: ${name} takes it`]),
    '',
    '  once, when a client connects',
    ...once,
    '  each time',
    ...each,
    '  options',
    ...alignRows(optionRows(info), 4, paint),
    '  options of the application',
    ...alignRows(settingRows(info), 4, paint),
    '  limits of the application',
    ...alignRows(limitRows(info), 4, paint),
  ].join('\n');
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

function stageWords({ stage, title = TITLES[stage as CoreStage], level }: StepDescription): string {
  return level === null ? title : `${level} ${title}`;
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

function settingRows({ settings }: EventInfo): readonly Row[] {
  return Object.entries(settings).map(([option, text]): Row => [{ text: option }, { text }]);
}

function limitRows({ limits }: EventInfo): readonly Row[] {
  return Object.entries(limits).map(([limit, value]): Row => [{ text: limit }, { text: String(value) }]);
}

function optionRows({ namespace, event }: EventInfo): readonly Row[] {
  const gateway = namespace.gateways.find(({ name }) => name === event.gateway);
  const reply = event.reply === 'raw' ? 'data, or { error }' : '{ ok: true, data }, or { ok: false, error }';
  const rows: readonly (readonly [string, string])[] = [
    ['timeoutMs', String(event.timeoutMs)],
    ['reply', `${event.reply}: ${reply}`],
    ['auth', namespace.auth?.label ?? 'open!'],
    ['scope', gateway?.scope ?? 'singleton'],
  ];
  return rows.map(([option, value]): Row => [{ text: option }, { text: value }]);
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
