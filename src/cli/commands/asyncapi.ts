import { resolve } from 'node:path';
import { asyncApiOf } from '../../inspect/asyncapi/document.js';
import { APP_OPTION, loadApp } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { EXIT, usageError } from '../errors.js';
import { checkOutOptions, deliver, OUT_OPTIONS } from '../files.js';
import { jsonDocument } from '../output.js';
import { nearestManifest } from '../packages.js';

/** `gatewire asyncapi`: prints an application as an AsyncAPI document. */
export const asyncapi: Command = defineCommand({
  usage: ['asyncapi [--app FILE] [--title TEXT] [--version TEXT] [--out FILE [--force]]'],
  options: {
    ...APP_OPTION,
    title: { type: 'string', value: 'TEXT', help: 'title of the document' },
    version: { type: 'string', value: 'TEXT', help: 'version of the application' },
    ...OUT_OPTIONS,
    json: { type: 'boolean', help: 'print JSON, as it does without' },
  },
  notes: [
    'Prints an AsyncAPI 3.0 document. Title and version are the name and version of the nearest',
    'package.json, from the folder of the application upwards.',
    '',
    'exit codes: 0 fine, 1 the application has problems, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    refuseExtraWords('asyncapi', words, 0);
    checkOutOptions('asyncapi', values);
    const { file, plan } = await loadApp(cwd, values.app);
    // Without a name it is one of those that only say `"type": "module"`.
    const manifest = nearestManifest(resolve(cwd, file), ({ name }) => isText(name));
    const document = asyncApiOf(plan, {
      title: values.title ?? textOf(manifest?.['name'], 'title', 'name', file),
      version: values.version ?? textOf(manifest?.['version'], 'version', 'version', file),
    });
    await deliver(jsonDocument(document), { values, cwd, output });
    return EXIT.ok;
  },
});

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function textOf(value: unknown, option: string, field: string, file: string): string {
  if (isText(value)) return value;
  throw usageError('asyncapi', `\`--${option}\` is needed: package.json of ${file} has no \`${field}\``);
}
