import { cancel, select, text } from '@clack/prompts';
import { problemOfName } from './project-name.js';
import type { Template } from './template.js';

/** Thrown when somebody ends the questions. */
export class Cancelled extends Error {}

/** Asks for the folder of a project. */
export async function askFolder(): Promise<string> {
  return answered(
    await text({
      message: 'Folder of the project',
      defaultValue: 'app',
      placeholder: 'app',
      validate: (value) => problemOfName(value || 'app')?.reason,
    }),
  );
}

/** Asks which example the project begins with. */
export async function askTemplate(templates: readonly Template[]): Promise<string> {
  const options = templates.map(({ name, summary }) => ({ value: name, label: name, hint: summary }));
  return answered(await select({ message: 'Which example does it begin with?', options }));
}

function answered(answer: string | symbol): string {
  if (typeof answer === 'string') return answer;
  cancel('nothing was written');
  throw new Cancelled();
}
