import type { AppDescription, EventDescription, NamespaceDescription } from '../../inspect/description.js';
import type { Paint } from '../output.js';
import { alignGroups, type Row } from '../table.js';
import { counted, nameWords, placeOf, shapeWords } from './words.js';

/**
 * Writes the listing of an application: one line for each gateway and for each event, and the totals.
 *
 * @param paint - how pieces are coloured
 */
export function renderEvents(app: AppDescription, paint: Paint): string {
  // Columns line up over all namespaces, so that the eye can follow one through the whole listing.
  const gateways = alignGroups(app.namespaces.map(gatewayRows), 2, paint);
  const hasRates = app.namespaces.some(({ events }) => events.some(({ rates }) => rates.length > 0));
  const events = alignGroups(
    app.namespaces.map((namespace) => eventRows(namespace, hasRates)),
    4,
    paint,
  );
  const lines = app.namespaces.flatMap((_, i) => [...(gateways[i] ?? []), ...(events[i] ?? [])]);
  return [...lines, `  ${totals(app, paint)}`].join('\n');
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
    const { name, kind, ack, reply, handler, at } = event;
    const payload = shapeWords(event.payload, event.payload?.kind ?? '-');
    return [
      { text: nameWords(name, kind === 'name') },
      { text: ack === null ? payload : `${payload} -> ${shapeWords(ack, 'ack')}` },
      { text: !event.isAnswered ? '-' : reply === 'raw' ? 'raw' : 'ack' },
      ...(hasRates ? [{ text: event.rates.join(' ') || '-' }] : []),
      { text: handler },
      { text: lineOf(at, files.get(event.gateway)), style: 'faint' },
    ];
  });
}

/** `:14` in the file of the gateway, which stands above; the whole place for what is inherited from elsewhere. */
function lineOf(at: EventDescription['at'], file: string | undefined): string {
  return at !== null && at.file === file ? `:${at.line}` : placeOf(at);
}

function totals(
  { totals: { gateways, events, namespacesWithoutAuth } }: AppDescription,
  paint: Paint,
): string {
  const open = `${counted(namespacesWithoutAuth, 'namespace')} without authentication`;
  return [
    counted(gateways, 'gateway'),
    counted(events, 'event'),
    namespacesWithoutAuth === 0 ? open : paint('warning', open),
  ].join(', ');
}
