// Draws lines of a terminal as SVG.

const SIZE = 14;
const LINE = 21;
/** Width of a character, in every font of the list below. */
const ADVANCE = 8.43;
const MARGIN = 22;
const BAR = 34;

const COLORS = {
  light: {
    back: '#f6f8fa',
    edge: '#d1d9e0',
    text: '#1f2328',
    dim: '#59636e',
    bad: '#c21c2c',
    good: '#116329',
    mark: '#4f46e5',
  },
  dark: {
    back: '#0d1117',
    edge: '#3d444d',
    text: '#e6edf3',
    dim: '#9198a1',
    bad: '#ff7b72',
    good: '#56d364',
    mark: '#a5b4fc',
  },
};

/** What a line begins with, and the color of that part. The rest of the line has the color of text. */
const STARTS = [
  [/^\$ /, 'mark'],
  [/^error\[\w+\]:?/, 'bad'],
  [/^ +--> \S+/, 'mark'],
  [/^ +why:/, 'dim'],
  [/^ +help:/, 'good'],
  [/^\d+ problems? found.*/, 'bad'],
  [/^\d\d:\d\d:\d\d\S* /, 'dim'],
];

/**
 * Draws a window with lines of text.
 *
 * @param {readonly string[]} lines
 * @param {'light' | 'dark'} scheme
 */
export function drawTerminal(lines, scheme) {
  const colors = COLORS[scheme];
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * ADVANCE + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  const dots = [20, 38, 56].map((x) => `  <circle cx="${x}" cy="19" r="5.5" fill="${colors.edge}" />`);
  const texts = lines.flatMap((line, index) =>
    line === ''
      ? []
      : [`  <text x="${MARGIN}" y="${BAR + (index + 1) * LINE}">${colored(line, colors)}</text>`],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    '  <title>A server that says why it does not start</title>',
    '  <style>',
    `    text { font: ${SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; fill: ${colors.text}; white-space: pre }`,
    ...Object.entries(colors).map(([name, color]) => `    .${name} { fill: ${color} }`),
    '  </style>',
    `  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="9" fill="${colors.back}" stroke="${colors.edge}" />`,
    ...dots,
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

function colored(line) {
  for (const [pattern, color] of STARTS) {
    const [start] = pattern.exec(line) ?? [];
    if (start === undefined) continue;
    return `<tspan class="${color}">${escaped(start)}</tspan>${escaped(line.slice(start.length))}`;
  }
  return escaped(line);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
