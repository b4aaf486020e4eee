import { redactUrl } from '../../base/show.js';
import type { LoadScenario } from '../../testing/load-scenario.js';
import {
  type Command,
  defineCommand,
  type OptionSpecs,
  type OptionValues,
  refuseExtraWords,
} from '../command.js';
import { type CliError, cliError, EXIT, firstLineOf, usageError } from '../errors.js';
import { type ContractMix, importContract, mixOf } from '../load/contract.js';
import { planEvent, planLoad } from '../load/plan.js';
import { progressLine, renderReport, reportOf } from '../load/report.js';
import { runLoad } from '../load/run.js';
import { importScenario } from '../load/scenario.js';
import { EVENT_RULES, NUMBER_OPTIONS, readJson, readNumbers } from '../load/settings.js';
import { type ConnectOptions, probe, socketsFor } from '../load/sockets.js';
import { confirmTarget, readTarget, type Target } from '../load/target.js';
import { jsonDocument } from '../output.js';

const OPTIONS = {
  ...NUMBER_OPTIONS,
  scenario: { type: 'string', value: 'FILE', help: 'a module whose default export is a LoadScenario' },
  contract: {
    type: 'string',
    value: 'FILE',
    help: 'a module that exports the contract: its events are the mix',
  },
  event: { type: 'string', value: 'NAME', help: 'the only event to send; with --contract one of its events' },
  payload: { type: 'string', value: 'JSON', help: 'the payload of --event' },
  'no-ack': { type: 'boolean', help: 'with --event: ask for no acknowledgement' },
  auth: { type: 'string', value: 'JSON', help: 'handshake.auth of all clients' },
  transport: { type: 'string', value: 'NAME', help: 'websocket or polling; websocket otherwise' },
  path: { type: 'string', value: 'PATH', help: 'path of Socket.IO on the server; /socket.io otherwise' },
  yes: { type: 'boolean', help: 'do not ask before another machine is loaded' },
  json: { type: 'boolean', help: 'print one JSON document' },
} as const satisfies OptionSpecs;

type Values = OptionValues<typeof OPTIONS>;

/** `gatewire load`: connects many clients to a server, sends events and measures the answers. */
export const load: Command = defineCommand({
  usage: ['load URL [--scenario FILE] [--contract FILE] [--event NAME] [options]'],
  options: OPTIONS,
  notes: [
    'The path of the URL is the namespace. Without a scenario, a contract and an event the clients only stay connected.',
    'Options override the scenario. An event is sent at its time, whether or not those before it are answered, and its',
    'latency counts from that time. Ctrl-C ends the load, and prints its summary.',
    '',
    'exit codes: 0 the load has run, 1 no client can connect, a file is wrong, or cancelled, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    refuseExtraWords('load', words, 1);
    const target = readTarget(words[0]);
    const connectOptions = readConnectOptions(values);
    const asking = { isSure: values.yes === true, isJson: values.json === true };
    if (!(await confirmTarget(target, asking))) return EXIT.problems;
    const scenario = values.scenario === undefined ? {} : await importScenario(values.scenario, cwd);
    const { mix, leftOut } = await readMix(values, cwd, target);
    const plan = planLoad({ ...scenario, ...readAuth(values.auth) }, readNumbers(values, scenario), mix);
    const createSocket = socketsFor(target, connectOptions);
    const refuse = scenarioError(values.scenario);
    const url = redactUrl(target.url);
    const { authOf } = plan;
    const authOfProbe = authOf && (() => authOf({ index: 0, sent: 0 }));
    await probe((fail) => createSocket(authOfProbe, (cause) => fail(refuse('auth', cause))), url);
    const result = await withSignal((signal) =>
      runLoad(plan, {
        createSocket,
        signal,
        onProgress: (progress) => output.status(progressLine(progress, plan)),
        refuse,
      }),
    ).finally(() => output.status(''));
    const report = reportOf({ url, transport: connectOptions.transport, plan, leftOut }, result);
    output.print(values.json ? jsonDocument(report) : renderReport(report, output.paint));
    return EXIT.ok;
  },
});

function readConnectOptions({ transport = 'websocket', path = '/socket.io' }: Values): ConnectOptions {
  if (transport !== 'websocket' && transport !== 'polling') {
    throw usageError('load', `option \`--transport\` is \`${transport}\`, not websocket or polling`);
  }
  if (!path.startsWith('/'))
    throw usageError('load', `option \`--path\` is \`${path}\`, which has no slash in front`);
  return { transport, path };
}

/** Reads the mix of the command line; null where there is none. */
async function readMix(
  { contract, event, payload, 'no-ack': noAck = false }: Values,
  cwd: string,
  { namespace }: Target,
): Promise<{ readonly mix: ContractMix['mix'] | null; readonly leftOut: ContractMix['leftOut'] }> {
  if (contract !== undefined) {
    const given = payload !== undefined ? '--payload' : noAck ? '--no-ack' : null;
    if (given !== null) throw usageError('load', `${given} and --contract exclude each other`);
    return mixOf(await importContract(contract, cwd, namespace), event ?? null);
  }
  if (event === undefined) {
    const given = payload !== undefined ? '--payload' : noAck ? '--no-ack' : null;
    if (given !== null) throw usageError('load', `${given} needs --event`);
    return { mix: null, leftOut: [] };
  }
  const { accepts, expected } = EVENT_RULES.event;
  if (!accepts(event)) throw usageError('load', `option \`--event\` is \`${event}\`, not ${expected}`);
  const value = payload === undefined ? {} : { payload: readJson('payload', payload) as object };
  return { mix: [planEvent({ event, ack: !noAck, ...value })], leftOut: [] };
}

function readAuth(written: string | undefined): Pick<LoadScenario, 'auth'> {
  if (written === undefined) return {};
  const auth = readJson('auth', written);
  if (typeof auth === 'object' && auth !== null && !Array.isArray(auth)) return { auth };
  throw usageError('load', 'option `--auth` is no JSON object');
}

/** Makes the error of a function in the scenario that throws, or whose value cannot be encoded. */
function scenarioError(file = 'the contract'): (what: string, cause: unknown) => CliError {
  return (what, cause) => {
    const reason = `throws for ${what}: ${firstLineOf(cause)}`;
    return cliError(
      'GW_ERR_CLI_BAD_LOAD_FILE',
      { file, reason, wanted: 'values that can be sent as JSON' },
      [],
      { cause },
    );
  };
}

/** Runs something with a signal that Ctrl-C aborts; the second Ctrl-C ends the process. */
async function withSignal<TResult>(run: (signal: AbortSignal) => Promise<TResult>): Promise<TResult> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, abort);
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, abort);
  }
}
