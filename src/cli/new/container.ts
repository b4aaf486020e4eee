import type { NewFile } from '../files.js';
import type { PackageManager } from './package-manager.js';

/**
 * Makes the files with which a project runs in a container: an image of two stages, of which the second has no
 * compiler, and a compose file that starts it.
 */
export function containerFiles(manager: PackageManager): readonly NewFile[] {
  return [
    { path: 'Dockerfile', content: dockerfile(manager) },
    { path: '.dockerignore', content: 'node_modules\ndist\ncoverage\n.git\n.env\n*.log\n' },
    { path: 'compose.yaml', content: COMPOSE },
  ];
}

/** Writes the Dockerfile. Packages are installed ahead of the sources, so that a change of a source installs none. */
function dockerfile({ name, run, files, clean }: PackageManager): string {
  // The image has npm and yarn.
  const manager = name === 'pnpm' || name === 'bun' ? `RUN npm install --global ${name}\n` : '';
  return `FROM node:24-slim AS packages
${manager}WORKDIR /app
COPY ${files} ./
RUN ${clean.command} ${clean.production}

FROM packages AS build
RUN ${clean.command}
COPY . .
RUN ${run('build')}

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages --chown=node:node /app ./
COPY --from=build --chown=node:node /app/dist ./dist
USER node
CMD ["node", "--enable-source-maps", "dist/main.js"]
`;
}

const COMPOSE = `services:
  app:
    build: .
    environment:
      PORT: 3000
    ports:
      - 3000:3000
    # Longer than limits.closeTimeoutMs: clients are seen off first.
    stop_grace_period: 30s
    restart: unless-stopped
`;
