import { suggest } from '../../base/suggest.js';
import { describeApp } from '../../inspect/describe.js';
import { describeEventInfo } from '../../inspect/event-info.js';
import { findEvent, findNamespace } from '../../inspect/find.js';
import { type AppPlan, type EventPlan, eventsOf, type NamespacePlan } from '../../plan/types.js';
import { loadApp } from '../app.js';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { cliError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { renderEvents } from '../views/events-table.js';
import { renderEventInfo } from './event-info.js';

/** `gatewire events`: what an application listens to, or what runs for one of its events. */
export const events: Command = defineCommand({
  usage: ['events [--app FILE] [--json]', 'events --info NAMESPACE EVENT [--app FILE] [--json]'],
  options: {
    app: { type: 'string', value: 'FILE', help: 'the file that exports `app`' },
    info: { type: 'boolean', help: 'show one event: what runs for it, in which order' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  notes: [
    'The file is imported and never started. Without --app it is `gatewire.app` of package.json,',
    'else the first of src/app.ts, app.ts, dist/app.js, app.js.',
    '',
    'exit codes: 0 fine, 1 the application has problems, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    const asked = readWords(words, values.info === true);
    const { file, plan } = await loadApp(cwd, values.app);
    if (asked === null) {
      const app = describeApp(plan, cwd);
      output.print(values.json ? json({ app: file, ...app }) : renderEvents(app, output.paint));
      return EXIT.ok;
    }
    const { namespace, event } = find(plan, asked);
    const info = describeEventInfo(plan, namespace, event, cwd);
    output.print(
      values.json ? json({ app: file, asked, ...info }) : renderEventInfo(info, asked.event, output.paint),
    );
    return EXIT.ok;
  },
});

interface Asked {
  readonly namespace: string;
  readonly event: string;
}

function readWords(words: readonly string[], isInfo: boolean): Asked | null {
  const [namespace, event, ...more] = words;
  if (!isInfo) {
    if (namespace === undefined) return null;
    throw usageError(
      `\`${namespace}\` is one word too many`,
      event === undefined ? null : '--info',
      'events',
    );
  }
  if (namespace === undefined || event === undefined) {
    throw usageError('--info needs a namespace and an event', null, 'events');
  }
  if (more.length > 0) throw usageError(`\`${more[0]}\` is one word too many`, null, 'events');
  return { namespace, event };
}

function find(plan: AppPlan, asked: Asked): { namespace: NamespacePlan; event: EventPlan } {
  const namespace = findNamespace(plan, asked.namespace);
  if (namespace === null) {
    const names = plan.namespaces.map(({ name }) => name);
    throw notFound('namespace', asked.namespace, names);
  }
  const event = findEvent(namespace, asked.event);
  if (event === null) {
    const names = eventsOf(namespace).flatMap(({ name }) => name ?? []);
    throw notFound(`event in \`${namespace.name}\` called`, asked.event, names);
  }
  return { namespace, event };
}

function notFound(what: string, name: string, names: readonly string[]): Error {
  return cliError('GW_ERR_CLI_NOT_FOUND', { what, name, suggestion: suggest(name, names) });
}

function json(document: object): string {
  return JSON.stringify(document, null, 2);
}
