import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Script on the way to the first screen, compressed. Bytes. */
export const FIRST_SCREEN_BUDGET_BYTES = 120 * 1024;

type ManifestChunk = { file: string; isEntry?: boolean; imports?: string[] };

/** Sums the gzipped sizes of the entry and of everything it imports statically, by the build's own manifest. */
export function weighFirstScreen(dist: string): { files: string[]; gzipBytes: number } {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, ManifestChunk>;
  const entry = Object.keys(manifest).find((key) => manifest[key]!.isEntry);
  if (!entry) throw new Error(`No entry in the manifest of ${dist}`);
  const chunks = new Set<string>();
  const follow = (key: string) => {
    if (chunks.has(key)) return;
    chunks.add(key);
    for (const imported of manifest[key]!.imports ?? []) follow(imported);
  };
  follow(entry);
  const files = [...chunks].map((key) => manifest[key]!.file);
  const gzipBytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
  return { files, gzipBytes };
}

/** Prints the weight after each build. */
export function printFirstScreenWeight(): Plugin {
  let dist = '';
  return {
    name: 'segl:first-screen-weight',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      dist = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const { gzipBytes } = weighFirstScreen(dist);
      const kibibytes = (bytes: number) => (bytes / 1024).toFixed(1);
      this.info(
        `script before the first screen: ${kibibytes(gzipBytes)} KiB gzipped of ${kibibytes(FIRST_SCREEN_BUDGET_BYTES)}`,
      );
    },
  };
}
