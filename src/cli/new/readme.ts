/** What an example says about this repository alone stands between these marks. */
const REPOSITORY = /<!-- repository -->\n[\s\S]*?<!-- \/repository -->\n*/;
const ALL_REPOSITORY = new RegExp(REPOSITORY, 'g');
const LINK_OUT = /\[([^\]]+)\]\((?:\.\.\/)[^)]*\)/g;

/**
 * Makes the README of a project of that of its example: the way to start it is another one, and what lies outside of
 * the example's folder is not there.
 *
 * @param text - README.md of the example
 * @param scripts - the commands of package.json
 */
export function projectReadme(text: string, name: string, scripts: Readonly<Record<string, string>>): string {
  const [, ...rest] = text.split('\n');
  const start = startOf(scripts);
  const body = rest.join('\n').trim();
  const withStart = REPOSITORY.test(body) ? body.replace(REPOSITORY, () => start) : `${start}${body}`;
  return `# ${name}\n\n${withStart.replace(ALL_REPOSITORY, '').replace(LINK_OUT, '$1').trim()}\n`;
}

const MEANINGS: Readonly<Record<string, string>> = {
  start: 'starts the server and prints its URL; `PORT` chooses another port',
  dev: 'the same, and again whenever a file changes',
  test: 'runs the tests, with the real server and real clients',
  typecheck: 'checks the types',
  lint: 'checks the code; `npm run lint -- --write` mends what it can',
};

function startOf(scripts: Readonly<Record<string, string>>): string {
  const rows = Object.keys(scripts).map((script) => {
    const command = script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`;
    return `| \`${command}\` | ${MEANINGS[script] ?? ''} |`;
  });
  return [
    '```sh',
    'npm install',
    'npm run dev',
    '```',
    '',
    '| command | what it does |',
    '| --- | --- |',
    ...rows,
    '| `npx gatewire events` | lists what the server listens to |',
    '| `npx gatewire add gateway NAME` | writes a gateway and its test |',
    '| `npx gatewire doctor` | looks for what goes wrong most often |',
    '',
    '',
  ].join('\n');
}
