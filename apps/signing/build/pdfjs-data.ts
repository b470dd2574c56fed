import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const packageFolder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };

/** Folder, inside the assets, of what pdf.js asks for by name. The version is in it because assets never change. */
export const pdfjsDataFolder = `pdfjs-${version}`;

const parts: Record<string, RegExp> = {
  cmaps: /\.bcmap$|^LICENSE/,
  standard_fonts: /\.(pfb|ttf)$|^LICENSE/,
  // Script decoders only: the page's policy forbids to compile WebAssembly.
  wasm: /_nowasm_fallback\.js$|^LICENSE_(PDFJS_)?(JBIG2|OPENJPEG)$/,
};

/** Lays pdf.js's character maps, standard fonts and image decoders beside the app, from the package itself. */
export function pdfjsData(): Plugin {
  return {
    name: 'segl:pdfjs-data',
    apply: 'build',
    generateBundle() {
      for (const [folder, wanted] of Object.entries(parts)) {
        for (const file of readdirSync(join(packageFolder, folder))) {
          if (!wanted.test(file)) continue;
          this.emitFile({
            type: 'asset',
            fileName: `assets/${pdfjsDataFolder}/${folder}/${file}`,
            source: readFileSync(join(packageFolder, folder, file)),
          });
        }
      }
    },
  };
}
