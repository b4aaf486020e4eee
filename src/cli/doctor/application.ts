import { SAME_HOST } from '../../app/settings.js';
import type { Problem } from '../../errors/boot-error.js';
import { relativeTo } from '../../inspect/locate.js';
import { type SlowPattern, slowPatterns } from '../../plan/slow-patterns.js';
import type { AppPlan, NamespacePlan } from '../../plan/types.js';
import { loadApp } from '../app.js';
import { CliError, isReport } from '../errors.js';
import { counted } from '../output.js';
import { isTypeScript } from '../typescript.js';
import { type Finding, failure, ok, warning } from './finding.js';
import { checkGateways } from './sources.js';

/**
 * Imports the application, without starting it, and checks who may connect.
 *
 * @param app - absolute path of its file
 */
export async function checkApplication(app: string, cwd: string): Promise<readonly Finding[]> {
  try {
    const { plan, io } = await loadApp(cwd, app);
    const shown = relativeTo(cwd, app);
    const fact = `${shown} has no problems: ${counted(plan.namespaces.length, 'namespace')}`;
    return [
      ok('application', fact),
      ...plan.namespaces.filter(({ auth }) => auth === null).map(openNamespace),
      ...(isTypeScript(app) ? await checkGateways(app, plan, cwd) : []),
      ...origins(plan, io),
      ...(await slowPatterns(plan)).map(slowPattern),
    ];
  } catch (error) {
    return problemsOf(error).map(({ message, help, places }) => {
      const at = places[0]?.location;
      return failure('application', at == null ? message : `${message} (${at})`, help);
    });
  }
}

function openNamespace({ name, gateways }: NamespacePlan): Finding {
  const who = gateways.map((gateway) => gateway.name).join(', ');
  return warning(
    'open',
    `everybody may enter the namespace ${name} (${who})`,
    'give its @Gateway, or createApp, an `auth`, unless it is meant so',
  );
}

/** Warns of a RegExp by its form. */
function slowPattern({ pattern, of, location }: SlowPattern): Finding {
  const fact = `some names of ${of}s may take very long for ${pattern}${location === null ? '' : ` (${location})`}`;
  const fix =
    'repeat nothing that is repeated: [\\w:]+ in place of (\\w+:?)+; only the form was looked at, and it may be fast all the same';
  return warning('patterns', fact, fix);
}

/** Warns of unlimited origins: pages of any site can connect with the cookies of their visitors. */
function origins({ settings }: AppPlan, io: unknown): readonly Finding[] {
  const named = settings['origins'] ?? SAME_HOST;
  const { origin } = (io as { opts?: { cors?: { origin?: unknown } } } | undefined)?.opts?.cors ?? {};
  // Socket.IO's own option applies only where `origins` is not set.
  const option = named.split(', ').includes('*')
    ? "origins is '*'"
    : named === SAME_HOST && (origin === '*' || origin === true)
      ? `socket.cors.origin is ${JSON.stringify(origin)}`
      : null;
  if (option === null) return [];
  const fact = `pages of every origin may connect: ${option}`;
  return [warning('origins', fact, "name your own pages: origins: ['https://app.example.com']")];
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof CliError) return [error.problem];
  if (isReport(error)) return error.problems;
  throw error;
}
