import { resolve } from 'node:path';
import { asyncApiOf } from '../../inspect/asyncapi/document.js';
import { loadApp } from '../app.js';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { checkDelivery, DELIVERY, deliver } from '../deliver.js';
import { EXIT } from '../exit-codes.js';
import { readManifest } from '../manifest.js';

/** `gatewire asyncapi`: an application as an AsyncAPI document. */
export const asyncapi: Command = defineCommand({
  usage: ['asyncapi [--app FILE] [--title TEXT] [--version TEXT] [--out FILE [--force]]'],
  options: {
    app: { type: 'string', value: 'FILE', help: 'the file that exports `app`' },
    title: { type: 'string', value: 'TEXT', help: 'title of the document' },
    version: { type: 'string', value: 'TEXT', help: 'version of the application' },
    ...DELIVERY,
    json: { type: 'boolean', help: 'print JSON, as it does without' },
  },
  notes: [
    'Prints an AsyncAPI 3.0 document. Title and version are the name and version of the nearest',
    'package.json, from the folder of the application upwards.',
    '',
    'exit codes: 0 fine, 1 the application has problems, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    const [word] = words;
    if (word !== undefined) throw usageError(`\`${word}\` is one word too many`, null, 'asyncapi');
    checkDelivery(values, 'asyncapi');
    const { file, plan } = await loadApp(cwd, values.app);
    const manifest = await readManifest(resolve(cwd, file));
    const document = asyncApiOf(plan, {
      title: values.title ?? manifest.name ?? missing('title', 'name', file),
      version: values.version ?? manifest.version ?? missing('version', 'version', file),
    });
    await deliver(JSON.stringify(document, null, 2), { values, cwd, output });
    return EXIT.ok;
  },
});

function missing(option: string, field: string, file: string): never {
  throw usageError(
    `\`--${option}\` is needed: package.json of ${file} has no \`${field}\``,
    null,
    'asyncapi',
  );
}
