import { ConfigError, readConfig } from './kernel/config/settings.ts';
import { openDatabase } from './kernel/db/open-database.ts';
import { createLog } from './kernel/log/log.ts';
import { printWelcome } from './welcome.ts';

const CLOSE_TIMEOUT_MS = 10_000;

/** Process start: configuration, composition, listening, stopping. Exit code 1 for anything an operator must mend. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const opening = openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    log,
    onFatal(error) {
      log.fatal({ err: error }, 'the database has failed: stopping');
      process.exit(1);
    },
  });
  // The embedded database starts in its own thread: meanwhile this one loads the program.
  const [app] = await Promise.all([import('./app.ts').then(({ buildApp }) => buildApp(config, opening, log)), opening]);

  let closing = false;
  const stop = (signal: string): void => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));

  await app.startWorkers();
  await app.http.listen({ port: config.port, host: config.host });
  printWelcome(config, app.firstClient);
  process.send?.({ type: 'ready', url: config.publicUrl, client: app.firstClient });
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || (error as { code?: string }).code === 'EADDRINUSE';
  process.stderr.write(
    `Segl cannot start. ${known || !(error instanceof Error) ? String((error as Error).message) : error.stack}\n`,
  );
  process.exit(1);
});
