import { alignRows, counted, type Paint, type Row } from '../output.js';
import { ANSWER_LIMIT_MS, MAX_IN_FLIGHT } from './client.js';
import type { LeftOut } from './contract.js';
import type { Counts, Times } from './figures.js';
import type { LoadPlan } from './plan.js';
import type { LoadEnd, LoadResult, Progress } from './run.js';

/** Figures of a load, as `--json` prints them. */
export interface LoadReport {
  readonly url: string;
  readonly transport: string;
  readonly clients: number;
  readonly ramp: number;
  readonly seconds: number;
  readonly rate: number;
  readonly endedBy: LoadEnd;
  readonly elapsedSeconds: number;
  readonly connections: {
    readonly opened: number;
    readonly reconnects: number;
    readonly errors: Counts;
    readonly disconnects: Counts;
    readonly timesMs: Times;
  };
  readonly sent: number;
  readonly sentPerSecond: number;
  readonly received: number;
  readonly receivedPerSecond: number;
  readonly answers: {
    readonly ok: number;
    readonly errors: Counts;
    readonly timedOut: number;
    readonly connectionLost: number;
    readonly timesMs: Times;
  };
  /** Errors of events without acknowledgement. */
  readonly exceptions: Counts;
  readonly notSent: { readonly inFlightFull: number; readonly notConnected: number };
  readonly events: readonly EventReport[];
  readonly leftOut: readonly LeftOut[];
  readonly generator: {
    readonly eventLoopDelayP99Ms: number;
    readonly cpuShare: number;
    readonly rssBytes: number;
    /** True when the times are rather those of the generator than those of the server. */
    readonly isSaturated: boolean;
  };
}

/** Figures of one event. */
export interface EventReport {
  readonly event: string;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly timesMs: Times;
}

/** Description of a load. */
export interface LoadSubject {
  readonly url: string;
  readonly transport: string;
  readonly plan: LoadPlan;
  readonly leftOut: readonly LeftOut[];
}

/** Delay of the event loop from which the times say more about the generator than about the server. */
const SATURATED_MS = 20;

/** Makes the report of a load that has ended. */
export function reportOf({ url, transport, plan, leftOut }: LoadSubject, result: LoadResult): LoadReport {
  const { figures, perSecond, generator } = result;
  const { clients, ramp, seconds, rate } = plan;
  return {
    url,
    transport,
    clients,
    ramp,
    seconds,
    rate,
    endedBy: result.endedBy,
    elapsedSeconds: round(result.elapsedS),
    connections: {
      opened: figures.opened,
      reconnects: figures.reconnects,
      errors: figures.connectErrors.toCounts(),
      disconnects: figures.disconnects.toCounts(),
      timesMs: figures.connecting.toTimes(),
    },
    sent: figures.sent,
    sentPerSecond: round(perSecond.sent),
    received: figures.received,
    receivedPerSecond: round(perSecond.received),
    answers: {
      ok: figures.ok,
      errors: figures.errors.toCounts(),
      timedOut: figures.timedOut,
      connectionLost: figures.connectionLost,
      timesMs: figures.answers.toTimes(),
    },
    exceptions: figures.exceptions.toCounts(),
    notSent: { inFlightFull: figures.inFlightFull, notConnected: figures.notConnected },
    events: [...figures.events].map(([event, { sent, ok, failed, times }]) => ({
      event,
      sent,
      ok,
      failed,
      timesMs: times.toTimes(),
    })),
    leftOut,
    generator: {
      eventLoopDelayP99Ms: round(generator.eventLoopDelayP99Ms),
      cpuShare: round(generator.cpuShare),
      rssBytes: generator.rssBytes,
      isSaturated: generator.eventLoopDelayP99Ms > SATURATED_MS,
    },
  };
}

/** Writes the line of a load that runs. */
export function progressLine({ figures, elapsedS }: Progress, { clients, ramp, seconds }: LoadPlan): string {
  const { connected, sent, received, ok, errors, answers } = figures;
  const failed = errors.total + figures.timedOut + figures.connectionLost;
  const { p50, p99 } = answers.toTimes();
  return [
    `${Math.floor(elapsedS)} of ${Math.ceil(ramp + seconds)} s`,
    `${connected} of ${clients} clients`,
    `${sent} sent, ${ok} ok, ${failed} failed, ${received} received`,
    `p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`,
  ].join(' | ');
}

const ENDS: Readonly<Record<LoadEnd, string>> = {
  time: '',
  signal: ', ended by a signal',
  memory: ', ended because it took half of the memory',
};

/** Writes the summary of a load. */
export function renderReport(report: LoadReport, paint: Paint): string {
  const { url, transport, clients, endedBy, elapsedSeconds, events, leftOut, generator } = report;
  return [
    `  ${paint('title', url)}: ${counted(clients, 'client')} over ${transport}, ${elapsedSeconds} s${ENDS[endedBy]}`,
    '',
    ...alignRows(totalRows(report), 2, paint),
    ...(events.length === 0 ? [] : ['', ...alignRows(eventRows(events), 2, paint)]),
    ...(leftOut.length === 0
      ? []
      : ['', ...leftOut.map(({ event, reason }) => `  left out ${event}: ${reason}`)]),
    ...(generator.isSaturated ? ['', ...saturation(generator.eventLoopDelayP99Ms, paint)] : []),
  ].join('\n');
}

function totalRows(report: LoadReport): readonly Row[] {
  const { connections, answers, exceptions, notSent, generator } = report;
  const count = (title: string, number: number, text: string): readonly Row[] =>
    number === 0 ? [] : [row(title, `${number} ${text}`, 'warning')];
  const counts = (title: string, codes: Counts): readonly Row[] =>
    Object.entries(codes).flatMap(([code, number]) => count(title, number, code));
  const isAnswered = answers.timesMs.count > 0;
  return [
    row('connected', `${connections.opened} times, in ${timesText(connections.timesMs)}`),
    ...(connections.reconnects === 0 ? [] : [row('left', `${connections.reconnects} times, and came back`)]),
    ...counts('not connected', connections.errors),
    ...counts('disconnected', connections.disconnects),
    row('sent', `${report.sent}, ${report.sentPerSecond} a second`),
    row('received', `${report.received}, ${report.receivedPerSecond} a second`),
    row('answered', `${answers.ok} ok`),
    ...counts('answered', answers.errors),
    ...count('no answer', answers.timedOut, `within ${ANSWER_LIMIT_MS / 1_000} s`),
    ...count('no answer', answers.connectionLost, 'before the connection was lost'),
    ...counts('exception', exceptions),
    ...count('not sent', notSent.inFlightFull, `because ${MAX_IN_FLIGHT} of the client waited for answers`),
    ...count('not sent', notSent.notConnected, 'because the client was not connected'),
    ...(isAnswered ? [row('latency', timesText(answers.timesMs))] : []),
    row(
      'generator',
      `event loop late by ${ms(generator.eventLoopDelayP99Ms)} (p99), ${Math.round(generator.cpuShare * 100)} % of a core, ${Math.round(generator.rssBytes / 1e6)} MB`,
    ),
  ];
}

function row(title: string, text: string, style?: 'warning'): Row {
  return [{ text: title, style: 'title' }, style === undefined ? { text } : { text, style }];
}

function eventRows(events: readonly EventReport[]): readonly Row[] {
  const head = ['event', 'sent', 'ok', 'failed', 'p50', 'p99', 'max'];
  return [
    head.map((text) => ({ text, style: 'faint' as const })),
    ...events.map(({ event, sent, ok, failed, timesMs: { count, p50, p99, max } }) => [
      ...[event, sent, ok, failed].map((value) => ({ text: String(value) })),
      ...[p50, p99, max].map((value) => ({ text: count === 0 ? '-' : ms(value) })),
    ]),
  ];
}

function timesText({ p50, p90, p99, p99_9, max }: Times): string {
  return `p50 ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}, p99.9 ${ms(p99_9)}, max ${ms(max)}`;
}

function saturation(delayMs: number, paint: Paint): readonly string[] {
  const text = `these times are the generator's own: its event loop was late by ${ms(delayMs)}`;
  return [
    `  ${paint('warning', text)}`,
    '  Use fewer clients, a lower rate, or several generators on other machines.',
  ];
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
