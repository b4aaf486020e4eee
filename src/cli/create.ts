#!/usr/bin/env node
// Program of the package create-gatewire, which `npm create gatewire` downloads and runs. It runs `gatewire new` with
// the same arguments. The package exists because npm looks for that name.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const manifest = require.resolve('gatewire/package.json');
const { bin } = require(manifest) as { bin: { gatewire: string } };
process.argv.splice(2, 0, 'new');
await import(pathToFileURL(join(dirname(manifest), bin.gatewire)).href);
