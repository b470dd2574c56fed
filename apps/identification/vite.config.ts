import { printFirstScreenWeight } from '@segl/ui/build/first-screen-weight.ts';
import { precompress } from '@segl/ui/build/precompress.ts';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/id/',
  plugins: [react(), precompress(), printFirstScreenWeight()],
  // The server answers every page with a nonce of its own in place of this text.
  html: { cspNonce: '__SEGL_NONCE__' },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    manifest: true,
    // Data addresses for scripts and fonts are not in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
