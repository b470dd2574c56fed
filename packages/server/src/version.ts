import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('../package.json') as { version: string };

/** Version of the server, as in its package manifest. */
export const VERSION = manifest.version;
