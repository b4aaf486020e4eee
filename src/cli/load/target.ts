import { isCancel, text } from '@clack/prompts';
import { isLoopback } from '../../base/loopback.js';
import { redactUrl } from '../../base/show.js';
import { usageError } from '../errors.js';
import { isInteractive } from '../output.js';

/** Server that a load is aimed at. */
export interface Target {
  /** URL as socket.io-client takes it: its path is the namespace. */
  readonly url: string;
  readonly host: string;
  readonly namespace: string;
}

const SCHEMES = /^(?:https?|wss?):$/;

/**
 * Reads the URL of a server.
 *
 * @throws {CliError} GW_ERR_CLI_USAGE when it is missing, or is no URL of a Socket.IO server
 */
export function readTarget(written: string | undefined): Target {
  if (written === undefined) throw usageError('load', 'the URL of the server is missing');
  if (!URL.canParse(written) || !SCHEMES.test(new URL(written).protocol)) {
    const isHost = /^[\w.-]+(:\d+)?(\/|$)/.test(written);
    throw usageError('load', `\`${redactUrl(written)}\` is no URL`, isHost ? `http://${written}` : null);
  }
  const url = new URL(written);
  if (url.username !== '' || url.password !== '') {
    throw usageError('load', `\`${redactUrl(written)}\` has a user name, which Socket.IO does not send`);
  }
  url.hash = '';
  return { url: url.href, host: url.hostname, namespace: decodeURI(url.pathname) };
}

/** Mode in which a load asks. */
export interface Asking {
  /** True for `--yes`. */
  readonly isSure: boolean;
  /** True where standard output belongs to a program. */
  readonly isJson: boolean;
}

/**
 * Makes sure that a load is meant for its host: goes ahead for this machine, asks for the name of any other one.
 *
 * @returns false when the question was cancelled
 * @throws {CliError} GW_ERR_CLI_USAGE for another machine where nobody can be asked
 */
export async function confirmTarget({ host }: Target, { isSure, isJson }: Asking): Promise<boolean> {
  if (isSure || isLoopback(host)) return true;
  if (isJson || !isInteractive()) {
    throw usageError('load', `\`${host}\` is another machine, and a load may make it unreachable`, '--yes');
  }
  const answer = await text({
    message: `${host} is another machine. Type its name to go on`,
    validate: (value) => (value === host ? undefined : `that is not ${host}; Ctrl-C cancels`),
  });
  return !isCancel(answer);
}
