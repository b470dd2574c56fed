import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { confirmAtPhone } from '@segl/simulators/src/se-bankid/test-phone.ts';
import { createSeBankId, type EidRegistration, type RpCredentials } from './eid/index.ts';
import type { PlayTestPerson } from './identification/index.ts';
import type { Clock } from './kernel/clock/clock.ts';
import { type Config, ConfigError } from './kernel/config/settings.ts';
import type { Log } from './kernel/log/log.ts';
import type { SeBankIdAccess, Simulators } from './simulators-process.ts';

/** The first person of the simulator's register. */
const FIRST_PERSON = '198904207217';

/**
 * Swedish BankID as this instance offers it: the simulator in the test environment, and BankID itself in production where
 * the operator has set a certificate. Throws when the files of the settings cannot be read, and `ConfigError` when they do not
 * hold what they should.
 */
export async function offerSwedishBankId(
  config: Config,
  simulators: Promise<Simulators> | undefined,
  { clock, log }: { clock: Clock; log: Log },
): Promise<EidRegistration[]> {
  const registrations: EidRegistration[] = [];
  const access = (await simulators)?.seBankId ?? (await accessOfOtherProcess(config, log));
  if (access) {
    const phone = `${config.simulatorsUrl}/se-bankid/`;
    const provider = createSeBankId({
      apiUrl: access.apiUrl,
      client: { certificate: access.clientCertificate, key: access.clientKey },
      serverRoot: access.serverRoot,
      signingRoots: [access.signingRoot],
      startUrls: { phone, computer: phone },
      simulator: true,
      clock,
    });
    registrations.push({ environment: 'test', provider });
  }
  if (config.seBankId) {
    const { apiUrl, serverRootFile, signingRootsFile } = config.seBankId;
    const provider = createSeBankId({
      apiUrl,
      client: await credentialsOf(config.seBankId),
      serverRoot: (await certificatesIn('SEGL_SE_BANKID_SERVER_ROOT_FILE', serverRootFile)).join('\n'),
      signingRoots: await certificatesIn('SEGL_SE_BANKID_SIGNING_ROOTS_FILE', signingRootsFile),
      clock,
    });
    registrations.push({ environment: 'prod', provider });
  }
  return registrations;
}

/** The simulators of another process on this machine leave their access in the data folder that both share. */
async function accessOfOtherProcess(config: Config, log: Log): Promise<SeBankIdAccess | undefined> {
  if (config.simulators !== 'external') return undefined;
  const file = join(config.dataDir, 'simulators', 'se-bankid.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SeBankIdAccess;
  } catch (err) {
    log.warn({ err, file }, 'Swedish BankID is not offered: the simulators have left no access');
    return undefined;
  }
}

async function credentialsOf({
  certificateFile,
  keyFile,
  passphrase,
}: NonNullable<Config['seBankId']>): Promise<RpCredentials> {
  const secret = passphrase === undefined ? {} : { passphrase };
  const content = await readFile(certificateFile);
  const key = keyFile === undefined ? undefined : await readFile(keyFile, 'utf8');
  try {
    // Otherwise the first person would find out.
    createSecureContext({ ...(key === undefined ? { pfx: content } : { cert: content, key }), ...secret });
  } catch (error) {
    throw new ConfigError([`SEGL_SE_BANKID_CERTIFICATE_FILE: ${(error as Error).message}`]);
  }
  return key === undefined ? { pkcs12: content, ...secret } : { certificate: content.toString('utf8'), key, ...secret };
}

async function certificatesIn(setting: string, file: string): Promise<string[]> {
  const found = (await readFile(file, 'utf8')).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!found) throw new ConfigError([`${setting}: holds no certificate in PEM`]);
  return found;
}

/** Does at the simulated phone what a person would; `word` is typed as the security code, where it picks the outcome. */
export const playSeBankIdPerson: PlayTestPerson = async (url, { number = FIRST_PERSON, word }) => {
  const { origin, searchParams } = new URL(url);
  await confirmAtPhone({
    simulatorsUrl: origin,
    code: searchParams.get('autostarttoken') ?? '',
    personalNumber: number,
    ...(word === 'success' ? {} : { securityCode: word }),
  });
  return url;
};
