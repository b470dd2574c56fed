import { makeRunFolder, removeRunFolder } from './run-folder.ts';

/** What workers make for each other, such as a PostgreSQL cluster, lives as long as the run. */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await makeRunFolder();
  return () => removeRunFolder(folder);
}
