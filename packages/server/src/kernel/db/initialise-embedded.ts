import { argv } from 'node:process';
import { startEngine } from './embedded-engine.ts';

/**
 * Child process that creates the embedded database in the folder given as argument and ends. It takes seconds and
 * 850 MB of memory once, which the server's own process then never holds.
 */
const folder = argv[2];
if (!folder) throw new Error('the folder of the new database is missing');
const engine = await startEngine({
  folder,
  onSync: () => {},
  onBroken: (message) => {
    throw new Error(message);
  },
});
await engine.close();
