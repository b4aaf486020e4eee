import { basename, resolve } from 'node:path';
import { cancel, select, text } from '@clack/prompts';
import { objectionToPackage } from '../names.js';
import type { Template } from './template.js';

/** Folder and template that a project is made of. */
export interface Choice {
  readonly folder: string;
  readonly template: string;
}

const DEFAULT_FOLDER = 'app';

/**
 * Asks for the parts of a choice that are missing.
 *
 * @returns null when the user cancels a question
 */
export async function askFor(
  { folder, template }: { readonly [TPart in keyof Choice]: string | undefined },
  cwd: string,
  templates: readonly Template[],
): Promise<Choice | null> {
  const chosenFolder = folder ?? answered(await askFolder(cwd));
  if (chosenFolder === null) return null;
  const chosenTemplate = template ?? answered(await askTemplate(templates));
  return chosenTemplate === null ? null : { folder: chosenFolder, template: chosenTemplate };
}

function askFolder(cwd: string): Promise<string | symbol> {
  return text({
    message: 'Folder of the project',
    defaultValue: DEFAULT_FOLDER,
    placeholder: DEFAULT_FOLDER,
    validate: (value) => objectionToPackage(basename(resolve(cwd, value || DEFAULT_FOLDER))) ?? undefined,
  });
}

function askTemplate(templates: readonly Template[]): Promise<string | symbol> {
  const options = templates.map(({ name, summary }) => ({ value: name, label: name, hint: summary }));
  return select({ message: 'Which example does it begin with?', options });
}

/** Returns null, and says so, when the question was cancelled. */
function answered(answer: string | symbol): string | null {
  if (typeof answer === 'string') return answer;
  cancel('nothing was written');
  return null;
}
