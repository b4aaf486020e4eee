// Writes docs/performance.md and its charts from the figures of a run: `npm run bench -- --json bench/published.json`, then
// `node scripts/performance-page.js`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Contenders on the page, in the order of its columns; the chart has the first three. */
const SHOWN = [
  ['gatewire', 'gatewire'],
  ['nest', 'NestJS 12'],
  ['ws', 'ws, by hand'],
  ['socket-controllers', 'socket-controllers'],
  ['tsed', 'Ts.ED'],
  ['zod-sockets', 'zod-sockets'],
];
const CHARTED = SHOWN.slice(0, 3);
/** Packages whose name says too little. */
const NAMES = { '@nestjs/core': 'NestJS', '@tsed/socketio': 'Ts.ED' };
const COLORS = {
  light: {
    back: '#ffffff',
    text: '#1f2328',
    faint: '#59636e',
    edge: '#d1d9e0',
    bars: ['#0969da', '#9a6700', '#8c959f'],
  },
  dark: {
    back: '#0d1117',
    text: '#f0f6fc',
    faint: '#9198a1',
    edge: '#3d444d',
    bars: ['#4493f8', '#d29922', '#6e7681'],
  },
};
const WIDTH = 760;
const LEFT = 280;
const RIGHT = 70;
const BAR = 11;
/** Ratio at the right end; longer bars are cut, with their figure beside them. */
const LONGEST = 2;

/** The page and its charts, as text by the name of their file. */
export function performanceFiles(run = publishedRun()) {
  return {
    'docs/performance.md': pageOf(run),
    'docs/public/performance-light.svg': chartOf(run, COLORS.light),
    'docs/public/performance-dark.svg': chartOf(run, COLORS.dark),
  };
}

/** Ratio of a contender to plain socket.io in a scenario, with two digits. */
export function ratioOf(scenario, contender = 'gatewire') {
  return publishedRun()
    .results.find(({ name }) => name === scenario)
    .summary[contender].ratio.toFixed(2);
}

function publishedRun() {
  return JSON.parse(readFileSync(`${root}bench/published.json`, 'utf8'));
}

function pageOf({ date, node, cpu, cores, versions, leftOut = [], results }) {
  const packages = Object.entries(versions).map(([name, version]) => `${NAMES[name] ?? name} ${version}`);
  const isShown = ({ name }) => SHOWN.some(([shown]) => shown === name);
  const notes = leftOut
    .filter(isShown)
    .map(({ title, scenarios, reason }) => `\n- ${title} is not in ${scenarios.join(', ')}: ${reason}.`);
  const alt = altOf(results);
  return `# Performance

What gatewire costs a server, beside plain Socket.IO, other frameworks on it, and the package ws with the least of the protocol. A ratio
compares figures of the same run; below 1 is cheaper than plain Socket.IO.

<img class="picture in-light" src="/performance-light.svg" alt="${alt}" />
<img class="picture in-dark" src="/performance-dark.svg" alt="${alt}" />

## Figures

The median of the rounds; in brackets the lowest and the highest.

${tableOf(results)}
${notes.join('')}${notes.length > 0 ? '\n' : ''}
The p99 of answers is measured at half of the rate that plain Socket.IO reaches, from the moment at which an event was to be sent.
\`connect\` is a WebSocket at once, without authentication. [The benchmark's own page](../bench/README.md) says what each row is, and what to be careful with.

## How they were made

\`npm run bench\` on ${date.slice(0, 10)}, with Node ${node.slice(1)}, ${packages.join(', ')}; ${cpu}, ${cores} cores, the server
pinned to one and the clients to the other. gatewire has its defaults, limits included. Ratios within 15 % are noise on such a machine.

## Where it comes from

- What a connection is sent in one turn of the event loop leaves in one write, and broadcasts of one turn leave as one message of
  Redis: [How messages leave together](explanation/batching.md).
- An application without injection does not load inversify, and a server loads five files of gatewire.
`;
}

function tableOf(results) {
  const columns = SHOWN.filter(([name]) => results.some(({ summary }) => summary[name]));
  const cell = (entry) =>
    entry === undefined
      ? '–'
      : `${entry.ratio.toFixed(2)} (${entry.ratioMin.toFixed(2)} to ${entry.ratioMax.toFixed(2)})`;
  return [
    `| | socket.io | ${columns.map(([, title]) => title).join(' | ')} |`,
    `| --- | --- |${columns.map(() => ' --- |').join('')}`,
    ...results.map(
      ({ title, unit, summary }) =>
        `| ${title} | ${digits(summary.raw.median)} ${unit} | ${columns.map(([name]) => cell(summary[name])).join(' | ')} |`,
    ),
  ].join('\n');
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2));

function altOf(results) {
  const ratios = results.map(({ title, summary }) => `${title} ${summary.gatewire.ratio.toFixed(2)}`);
  return `Bars: cost of gatewire as a ratio to plain Socket.IO. ${ratios.join('; ')}.`;
}

/** Bars for each scenario, and a line where plain Socket.IO is. */
function chartOf({ results }, colors) {
  const scale = (WIDTH - LEFT - RIGHT) / LONGEST;
  const parts = [];
  let y = 58;
  for (const { title, summary } of results) {
    const shown = CHARTED.flatMap(([name], i) =>
      summary[name] === undefined ? [] : [[summary[name].ratio, i]],
    );
    const middle = y + (shown.length * (BAR + 2)) / 2 + 3;
    parts.push(`  <text x="${LEFT - 12}" y="${middle}" text-anchor="end">${title}</text>`);
    for (const [ratio, i] of shown) {
      const width = Math.max(1, Math.min(ratio, LONGEST) * scale).toFixed(1);
      parts.push(`  <rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" fill="${colors.bars[i]}" />`);
      parts.push(
        `  <text class="figure" x="${(LEFT + Number(width) + 6).toFixed(1)}" y="${y + BAR - 1}">${ratio.toFixed(2)}</text>`,
      );
      y += BAR + 2;
    }
    y += 12;
  }
  const one = LEFT + scale;
  const legend = CHARTED.map(
    ([, title], i) =>
      `  <rect x="${LEFT + i * 130}" y="14" width="11" height="11" fill="${colors.bars[i]}" /><text x="${LEFT + i * 130 + 17}" y="24">${title}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" height="${y + 8}" role="img">`,
    '  <title>Cost as a ratio to plain Socket.IO; lower is better</title>',
    '  <style>',
    `    text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: ${colors.text} }`,
    `    .figure, .line { font-size: 11px; fill: ${colors.faint} }`,
    '  </style>',
    `  <rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${y + 7}" rx="9" fill="${colors.back}" stroke="${colors.edge}" />`,
    ...legend,
    `  <line x1="${one}" y1="50" x2="${one}" y2="${y - 6}" stroke="${colors.faint}" stroke-dasharray="3 3" />`,
    `  <text class="line" x="${one}" y="44" text-anchor="middle">plain Socket.IO = 1</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [file, text] of Object.entries(performanceFiles())) writeFileSync(`${root}${file}`, text);
