// Draws the pictures of README.md: a terminal in which the README's own server does not start, says why, and then runs.
// The lines are what the programs print. `npm run build` comes first; writes docs/public/boot-report-*.svg.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { drawTerminal } from './terminal.js';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Mistakes in the files of the README, as text and what stands in its place. */
const MISTAKES = [
  [
    'src/chat.gateway.ts',
    "@Chat.OnEvent('message:send')",
    "@Chat.OnEvent('message:send', { timeoutMS: 5_000 })",
  ],
  ['src/main.ts', 'gateways: [ChatGateway]', 'gateways: [ChatGateway, AdminGateway]'],
  [
    'src/main.ts',
    "import { ChatGateway } from './chat.gateway.js';",
    "import { AdminGateway } from './admin.gateway.js';\nimport { ChatGateway } from './chat.gateway.js';",
  ],
];

/** The picture in each color scheme, as SVG by the name of its file. */
export async function drawBootReport() {
  mkdirSync(`${root}build`, { recursive: true });
  // In the repository, where the name of the package leads to what was built.
  const folder = mkdtempSync(`${root}build/picture-`);
  try {
    const files = filesOf('README.md');
    write(folder, withMistakes(files));
    const report = await printed(folder, 'src/main.ts', 'stderr');
    write(folder, files);
    const server = start(folder, 'src/main.ts');
    const listening = await firstLine(server.stderr);
    const url = /http:\S+/.exec(listening)?.[0] ?? '';
    const answer = await printed(folder, 'src/client.ts', 'stdout', { URL: url });
    server.kill('SIGTERM');
    const lines = [
      '$ npx tsx src/main.ts',
      ...report.trimEnd().split('\n'),
      '',
      '$ npx tsx src/main.ts       # after the fix',
      listening
        .replace(/^\S+/, '12:00:00.000')
        .replace(url, 'http://localhost:3000')
        .replace(/ network=.*/, ''),
      '',
      '$ npx tsx src/client.ts     # in another terminal',
      ...answer.trimEnd().split('\n'),
    ];
    return {
      'boot-report-light.svg': drawTerminal(lines, 'light'),
      'boot-report-dark.svg': drawTerminal(lines, 'dark'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The blocks of a page that name a file. */
function filesOf(page) {
  const text = readFileSync(`${root}${page}`, 'utf8');
  return new Map(
    [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, file, code]) => [file, code]),
  );
}

function withMistakes(files) {
  const broken = new Map(files);
  for (const [file, text, mistake] of MISTAKES) {
    if (!broken.get(file)?.includes(text)) throw new Error(`README.md has no ${text} in ${file}`);
    broken.set(file, broken.get(file).replace(text, mistake));
  }
  const gateway = files.get('src/chat.gateway.ts');
  return broken.set('src/admin.gateway.ts', gateway.replace('ChatGateway', 'AdminGateway'));
}

function write(folder, files) {
  const tsconfig =
    '{ "compilerOptions": { "target": "es2022", "module": "nodenext", "experimentalDecorators": true } }';
  for (const [file, code] of [...files, ['tsconfig.json', tsconfig]]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), code);
  }
}

function start(cwd, file, env = {}) {
  const options = { cwd, env: { ...process.env, NO_COLOR: '1', PORT: '0', ...env } };
  return spawn(process.execPath, ['--import', 'tsx', file], options);
}

async function printed(folder, file, stream, env) {
  let text = '';
  for await (const chunk of start(folder, file, env)[stream]) text += chunk;
  return text;
}

async function firstLine(stream) {
  for await (const line of createInterface(stream)) return line;
  throw new Error('the server ended before it listened');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, svg] of Object.entries(await drawBootReport()))
    writeFileSync(`${root}docs/public/${file}`, svg);
}
