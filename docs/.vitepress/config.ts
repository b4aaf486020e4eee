import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { entryPoints } from './api.js';
import { unlinkOutside } from './links.js';
import { pageGroups } from './pages.js';

const groups = pageGroups(fileURLToPath(new URL('../README.md', import.meta.url)));
const api = { text: 'API', items: entryPoints(fileURLToPath(new URL('../api', import.meta.url))) };
const all = api.items.length === 0 ? groups : [...groups, api];

/** Anchors as GitHub makes them, so that a link holds in both places. */
const slugify = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

export default defineConfig({
  title: 'gatewire',
  description: 'Class-based real-time servers on Socket.IO',
  lang: 'en',
  head: [['link', { rel: 'icon', href: '/icon.svg' }]],
  rewrites: { 'README.md': 'index.md' },
  // Every page is a file: the site works on any web server, without rules of its own.
  cleanUrls: false,
  ignoreDeadLinks: false,
  markdown: {
    anchor: { slugify },
    config: unlinkOutside,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: all.map(({ text, items }) => ({
      text,
      link: items[0]?.link ?? '/',
      activeMatch: `^/${items[0]?.link.split('/')[1]}/`,
    })),
    sidebar: [...all],
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
