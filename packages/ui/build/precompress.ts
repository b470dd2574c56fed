import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(js|css|svg|ttf|pfb)$/;
const SMALLEST_BYTES = 1024;

/**
 * Lays a `.br` and a `.gz` beside every asset that shrinks, so that the sign host sends the smallest form without
 * compressing anything itself. Brotli saves a sixth of the viewer over gzip.
 */
export function precompress(): Plugin {
  let assets = '';
  return {
    name: 'segl:precompress',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      assets = resolve(config.root, config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      const files = (await readdir(assets, { recursive: true })).filter((file) => compressible.test(file));
      await Promise.all(
        files.map(async (file) => {
          const bytes = await readFile(join(assets, file));
          if (bytes.length < SMALLEST_BYTES) return;
          await Promise.all([
            promisify(brotliCompress)(bytes).then((small) => writeFile(join(assets, `${file}.br`), small)),
            promisify(gzip)(bytes, { level: 9 }).then((small) => writeFile(join(assets, `${file}.gz`), small)),
          ]);
        }),
      );
    },
  };
}
