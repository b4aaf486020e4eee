import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { entryPoints, unionTypes } from './api.js';
import { fileTitles, packageManagers } from './code-blocks.js';
import { RENAMED, repositoryLinks } from './links.js';
import { type PageGroup, pageGroups } from './pages.js';
import { REPOSITORY, VERSION } from './repository.js';

const groups = pageGroups(fileURLToPath(new URL('../README.md', import.meta.url)));
const api = { text: 'API', items: entryPoints(fileURLToPath(new URL('../api', import.meta.url))) };
const all = api.items.length === 0 ? groups : [...groups, api];

/** A group of the sidebar. With a link, its title is no button around another one. */
const folded = ({ text, items }: PageGroup) => ({
  text,
  items: [...items],
  link: items[0]?.link ?? '/',
  collapsed: true,
});

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
  rewrites: { ...RENAMED },
  // Every page is a file: the site works on any web server, without rules of its own.
  cleanUrls: false,
  ignoreDeadLinks: false,
  markdown: {
    anchor: { slugify },
    config(markdown) {
      packageManagers(markdown);
      fileTitles(markdown);
      repositoryLinks(markdown);
      unionTypes(markdown);
    },
    languageAlias: { haproxy: 'nginx' },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  transformPageData(page) {
    if (!page.relativePath.startsWith('api/')) return;
    // These are made of doc comments: there is no page to edit.
    page.frontmatter['editLink'] = false;
    page.frontmatter['pageClass'] = 'api';
  },
  themeConfig: {
    logo: { src: '/icon.svg', alt: '' },
    nav: [
      { text: 'Quick start', link: '/tutorials/quick-start' },
      { text: 'All pages', link: '/pages' },
      { text: 'Changelog', link: '/changelog' },
      { text: `v${VERSION}`, link: `${REPOSITORY}/tree/v${VERSION}` },
    ],
    // Pages of the API are not listed one by one: without the second list, all groups would be folded there.
    sidebar: { '/': all.map(folded), '/api/': [{ ...folded(api), collapsed: false }, ...groups.map(folded)] },
    outline: [2, 3],
    editLink: { pattern: `${REPOSITORY}/edit/main/docs/:path`, text: 'Edit this page' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    // The name of the link begins with what it shows.
    notFound: { linkText: 'Take me home', linkLabel: 'Take me home' },
    footer: { message: 'Released under the MIT License.', copyright: `gatewire ${VERSION}` },
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        miniSearch: {
          searchOptions: {
            fuzzy: 0.2,
            prefix: true,
            boost: { title: 4, text: 2, titles: 1 },
            // Guides ahead of the pages that are made of doc comments.
            boostDocument: (id: string) => (id.startsWith('/api/') ? 0.2 : 1),
          },
        },
      },
    },
  },
});
