import { printFirstScreenWeight } from '@segl/ui/build/first-screen-weight.ts';
import { precompress } from '@segl/ui/build/precompress.ts';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pdfjsData, pdfjsDataFolder } from './build/pdfjs-data.ts';

export default defineConfig({
  base: '/app/',
  plugins: [react(), pdfjsData(), precompress(), printFirstScreenWeight()],
  // The sign host answers every page with a nonce of its own in place of this text.
  html: { cspNonce: '__SEGL_NONCE__' },
  define: { __PDFJS_DATA__: JSON.stringify(`/app/assets/${pdfjsDataFolder}/`) },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    manifest: true,
    // Data addresses for scripts and fonts are not in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The viewer is a chunk of its own and loads after the first screen.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // `.mjs` is unknown to some servers; a worker with another type than JavaScript does not start.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.mjs'))
            ? 'assets/[name]-[hash].js'
            : 'assets/[name]-[hash][extname]',
      },
    },
  },
});
