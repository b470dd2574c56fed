import type { SimulatedEid } from '@segl/simulators/src/openid/simulated-eid.ts';
import { cancelAtSimulator, loginAtSimulator } from '@segl/simulators/src/openid/test-login.ts';
import { simulatedEids } from '@segl/simulators/src/simulated-eids.ts';
import {
  type EidRegistration,
  type OidcClientAuthentication,
  type OidcEidSettings,
  REDIRECT_EIDS,
  REDIRECT_METHODS,
  type RedirectMethod,
} from './eid/index.ts';
import { type IdentificationDeps, isIdentificationProvider, type PlayTestPerson } from './identification/index.ts';
import type { Clock } from './kernel/clock/clock.ts';
import { type EidCredentials, readEidCredentials } from './kernel/config/eid-credentials.ts';
import { type Config, ConfigError } from './kernel/config/settings.ts';
import { SIMULATORS_CLIENT_ID, type SimulatorsClient } from './simulators-process.ts';

/** At whose simulator each method is in the test environment. */
const SIMULATED: Record<RedirectMethod, SimulatedEid> = {
  no_bankid_netcentric: simulatedEids.noBankId,
  no_buypass: simulatedEids.noBuypass,
  mitid: simulatedEids.mitId,
  dk_nemid: simulatedEids.mitId,
  fi_eid: simulatedEids.fiEid,
  fi_tupas: simulatedEids.fiEid,
  fi_mobiilivarmenne: simulatedEids.fiEid,
  itsme: simulatedEids.itsme,
  google: simulatedEids.google,
  microsoft: simulatedEids.microsoft,
  linkedin: simulatedEids.linkedIn,
  github: simulatedEids.github,
  facebook: simulatedEids.facebook,
};

export interface OfferedEids {
  registrations: EidRegistration[];
  /** How a test person is played at each simulator. */
  testPersons: IdentificationDeps['testPersons'];
}

/**
 * The eIDs of this instance: in production those of the operator's file and no other, in the test environment the simulators in
 * place of what the file does not name. Throws `ConfigError` for a mistake in the file.
 */
export async function offeredEids(
  config: Pick<Config, 'eidsFile' | 'simulators' | 'simulatorsUrl'>,
  client: SimulatorsClient,
  clock: Clock,
): Promise<OfferedEids> {
  const file = config.eidsFile === undefined ? {} : await readEidCredentials(config.eidsFile, REDIRECT_METHODS);
  const registrations: EidRegistration[] = [];
  const testPersons: OfferedEids['testPersons'] = {};
  for (const method of REDIRECT_METHODS) {
    const create = REDIRECT_EIDS[method];
    for (const environment of ['prod', 'test'] as const) {
      const credentials = file[environment]?.[method];
      if (credentials) registrations.push({ environment, provider: realEid(method, environment, credentials, clock) });
    }
    if (config.simulators === 'off' || file.test?.[method]) continue;
    const simulated = SIMULATED[method];
    const settings: OidcEidSettings = {
      issuer: `${config.simulatorsUrl}/${simulated.path}`,
      clientId: SIMULATORS_CLIENT_ID,
      authentication: simulated.strict
        ? { method: 'private_key_jwt', privateKey: client.signingKey }
        : { method: 'client_secret_basic', clientSecret: client.clientSecret },
      decryptionKey: client.decryptionKey,
      simulator: true,
      clock,
    };
    registrations.push({ environment: 'test', provider: create(settings) });
    const play: PlayTestPerson = (url, { number, word }) =>
      word === 'cancel'
        ? cancelAtSimulator(url)
        : loginAtSimulator(url, simulated.testLogin({ number, word: word === 'success' ? undefined : word }));
    if (isIdentificationProvider(method)) testPersons[method] = play;
  }
  return { registrations, testPersons };
}

/** What the profile demands of the credentials is said as a mistake in the file. */
function realEid(method: RedirectMethod, environment: string, credentials: EidCredentials, clock: Clock) {
  try {
    return REDIRECT_EIDS[method]({ ...settingsOf(credentials), clock });
  } catch (error) {
    throw new ConfigError([`SEGL_EIDS_FILE: /${environment}/${method} ${(error as Error).message}`]);
  }
}

function settingsOf({ issuer, clientId, clientSecret, sendSecretInBody, privateKey, ...more }: EidCredentials) {
  const authentication: OidcClientAuthentication =
    privateKey === undefined
      ? { method: sendSecretInBody ? 'client_secret_post' : 'client_secret_basic', clientSecret: clientSecret! }
      : { method: 'private_key_jwt', privateKey };
  return { issuer, clientId, authentication, ...more };
}
