import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { confirmAtPhone } from '@segl/simulators/src/se-bankid/test-phone.ts';
import { createSeBankId, type EidRegistration, type RpCredentials } from './eid/index.ts';
import type { PlayTestPerson } from './identification/index.ts';
import type { Clock } from './kernel/clock/clock.ts';
import type { Config } from './kernel/config/settings.ts';
import type { Log } from './kernel/log/log.ts';
import type { SeBankIdAccess, Simulators } from './simulators-process.ts';

/** The first person of the simulator's register. */
const FIRST_PERSON = '198904207217';

/**
 * Swedish BankID as this instance offers it: the simulator in the test environment, and BankID itself in production where
 * the operator has set a certificate. Throws when the files of the settings cannot be read.
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
      serverRoot: await readFile(serverRootFile, 'utf8'),
      signingRoots: pemBlocks(await readFile(signingRootsFile, 'utf8')),
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
  const certificate = await readFile(certificateFile);
  if (keyFile === undefined) return { pkcs12: certificate, ...secret };
  return { certificate: certificate.toString('utf8'), key: await readFile(keyFile, 'utf8'), ...secret };
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
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
