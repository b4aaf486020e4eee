#!/usr/bin/env node
// The program of the package create-gatewire, which `npm create gatewire` fetches and runs: `gatewire new`, with the same
// words. It is a package of its own because npm looks for that name.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const manifest = require.resolve('gatewire/package.json');
const { bin } = require(manifest) as { bin: { gatewire: string } };
process.argv.splice(2, 0, 'new');
await import(pathToFileURL(join(dirname(manifest), bin.gatewire)).href);
