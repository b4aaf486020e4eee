import type { MarkdownRenderer } from 'vitepress';

const INSTALL = /^```sh\n((?:npm .*\n)*npm (?:install|create) .*\n(?:(?:npm|npx) .*\n)*)```$/gm;

/** The commands of npm, as other package managers have them. */
const MANAGERS: Readonly<Record<string, (command: string) => string>> = {
  npm: (command) => command,
  pnpm: (command) =>
    command
      .replace(/^npm init -y && npm/, 'pnpm init && pnpm')
      .replace(/^npm install --save-dev /, 'pnpm add -D ')
      .replace(/^npm install /, 'pnpm add ')
      .replace(/^npm start --prefix (\S+)/, 'pnpm --dir $1 start')
      .replace(/^npm create (.*) -- /, 'pnpm create $1 ')
      .replace(/^npm /, 'pnpm ')
      .replace(/^npx /, 'pnpm exec '),
  yarn: (command) =>
    command
      .replace(/^npm init -y/, 'yarn init -y')
      .replace(/^npm install --save-dev /, 'yarn add -D ')
      .replace(/^npm install /, 'yarn add ')
      .replace(/^npm start --prefix (\S+)/, 'yarn --cwd $1 start')
      .replace(/^npm create (\S+)@latest/, 'yarn create $1')
      .replace(/^(yarn create .*) -- /, '$1 ')
      .replace(/^np[mx] /, 'yarn '),
  bun: (command) =>
    command
      .replace(/^npm init -y/, 'bun init -y')
      .replace(/^npm install --save-dev /, 'bun add -d ')
      .replace(/^npm install /, 'bun add ')
      .replace(/^npm start --prefix (\S+)/, 'bun run --cwd $1 start')
      .replace(/^npm create (.*) -- /, 'bun create $1 ')
      .replace(/^npm (start|test)/, 'bun run $1')
      .replace(/^npm /, 'bun ')
      .replace(/^npx /, 'bunx '),
};

/** Shows commands that install something for each package manager, one below a tab. */
export function packageManagers(markdown: MarkdownRenderer): void {
  markdown.core.ruler.after('normalize', 'package-managers', (state) => {
    state.src = state.src.replace(INSTALL, (_, commands: string) => {
      const lines = commands.trimEnd().split('\n');
      const tabs = Object.entries(MANAGERS).map(
        ([name, translate]) => `\`\`\`sh [${name}]\n${lines.map(translate).join('\n')}\n\`\`\``,
      );
      return `::: code-group\n\n${tabs.join('\n\n')}\n\n:::`;
    });
  });
}

/**
 * Shows the name of a file above its code, where the block names it: ```ts src/app.ts. The paragraph with which a reader
 * of the repository is told the name is left out.
 */
export function fileTitles(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('file-titles', ({ tokens }) => {
    let isInGroup = false;
    for (const [index, token] of tokens.entries()) {
      if (token.type.startsWith('container_code-group')) isInGroup = token.type.endsWith('_open');
      const [, language, file] = /^(\w+) ([\w./-]+)$/.exec(token.type === 'fence' ? token.info : '') ?? [];
      if (file === undefined) continue;
      token.info = isInGroup ? `${language} [${file}]` : `${language}`;
      if (!isInGroup) token.meta = { ...token.meta, file };
      if (tokens[index - 2]?.content.startsWith(`\`${file}\`:`)) {
        for (const one of tokens.slice(index - 3, index)) one.hidden = true;
        Object.assign(tokens[index - 2] ?? {}, { children: [], content: '' });
      }
    }
  });
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const block = fence?.(tokens, index, ...rest) ?? '';
    const file = (tokens[index]?.meta as { file?: string } | null)?.file;
    return file === undefined
      ? block
      : `<div class="file"><div class="file-name">${markdown.utils.escapeHtml(file)}</div>${block}</div>`;
  };
}
