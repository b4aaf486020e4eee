import { basename, resolve } from 'node:path';
import { autocomplete, cancel, confirm, isCancel, text } from '@clack/prompts';
import { objectionToPackage } from '../names.js';
import { listTemplates } from './template.js';

/** Choices of a user about a new project. */
export interface Choice {
  readonly folder: string;
  readonly template: string;
  readonly isInstalled: boolean;
  readonly isStarted: boolean;
}

const DEFAULT_FOLDER = 'app';

/**
 * Asks for the parts of a choice that are missing.
 *
 * @param manager - name of the package manager
 * @returns null when the user cancels a question
 */
export async function askFor(given: Partial<Choice>, cwd: string, manager: string): Promise<Choice | null> {
  try {
    const folder = given.folder ?? answered(await askFolder(cwd));
    const template = given.template ?? answered(await askTemplate());
    const isInstalled =
      given.isInstalled ?? answered(await askWhether(`Install its packages with ${manager}?`));
    const isStarted = given.isStarted ?? (isInstalled && answered(await askWhether('Start it?')));
    return { folder, template, isInstalled, isStarted };
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    cancel('nothing was written');
    return null;
  }
}

function askFolder(cwd: string): Promise<string | symbol> {
  return text({
    message: 'Folder of the project',
    defaultValue: DEFAULT_FOLDER,
    placeholder: DEFAULT_FOLDER,
    validate: (value) => objectionToPackage(basename(resolve(cwd, value || DEFAULT_FOLDER))) ?? undefined,
  });
}

function askTemplate(): Promise<string | symbol> {
  const templates = listTemplates();
  const width = Math.max(...templates.map(({ name }) => name.length));
  // In the label: a hint is shown for the template under the cursor only.
  const options = templates.map(({ name, summary }) => ({
    value: name,
    label: `${name.padEnd(width)}  ${summary}`,
  }));
  return autocomplete({
    message: 'Which example does it begin with?',
    options,
    placeholder: 'type to search',
    maxItems: options.length,
    validate: (value) => (value === undefined ? 'no example has these words' : undefined),
  });
}

function askWhether(message: string): Promise<boolean | symbol> {
  return confirm({ message });
}

/** Error that ends the questions. */
class Cancelled extends Error {}

/** @throws {Cancelled} when the question was cancelled */
function answered<TAnswer>(answer: TAnswer | symbol): TAnswer {
  if (isCancel(answer)) throw new Cancelled();
  return answer as TAnswer;
}
