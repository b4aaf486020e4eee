/** @type {import('vite').UserConfig} */
export default {
  publicDir: '../../public', // the stylesheet and the mark, which are served as they are
  build: { outDir: '../../dist/page', emptyOutDir: true },
};
