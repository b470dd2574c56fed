import type { SimulatedEid } from '@segl/simulators/src/openid/simulated-eid.ts';
import { cancelAtSimulator, loginAtSimulator } from '@segl/simulators/src/openid/test-login.ts';
import { simulatedEids } from '@segl/simulators/src/simulated-eids.ts';
import {
  type EidRegistration,
  type OidcClientAuthentication,
  REDIRECT_EIDS,
  REDIRECT_METHODS,
  type RedirectMethod,
} from './eid/index.ts';
import type { IdentificationDeps } from './identification/index.ts';
import type { Clock } from './kernel/clock/clock.ts';
import { type EidCredentials, readEidCredentials } from './kernel/config/eid-credentials.ts';
import type { Config } from './kernel/config/settings.ts';
import { SIMULATORS_CLIENT_ID } from './simulators-process.ts';

/** At whose simulator each method is in the test environment. */
const SIMULATED: Record<RedirectMethod, SimulatedEid> = {
  no_bankid_netcentric: simulatedEids.noBankId,
  no_buypass: simulatedEids.noBuypass,
  mitid: simulatedEids.mitId,
  dk_nemid: simulatedEids.mitId,
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
  simulatorsClientSecret: string,
  clock: Clock,
): Promise<OfferedEids> {
  const file = config.eidsFile === undefined ? {} : await readEidCredentials(config.eidsFile, REDIRECT_METHODS);
  const registrations: EidRegistration[] = [];
  const testPersons: OfferedEids['testPersons'] = {};
  for (const method of REDIRECT_METHODS) {
    const create = REDIRECT_EIDS[method];
    for (const environment of ['prod', 'test'] as const) {
      const credentials = file[environment]?.[method];
      if (credentials) registrations.push({ environment, provider: create({ ...settingsOf(credentials), clock }) });
    }
    if (config.simulators === 'off' || file.test?.[method]) continue;
    const simulated = SIMULATED[method];
    const settings = {
      issuer: `${config.simulatorsUrl}/${simulated.path}`,
      clientId: SIMULATORS_CLIENT_ID,
      authentication: { method: 'client_secret_basic', clientSecret: simulatorsClientSecret },
      simulator: true,
      clock,
    } as const;
    registrations.push({ environment: 'test', provider: create(settings) });
    testPersons[method] = (url, { number, word }) =>
      word === 'cancel'
        ? cancelAtSimulator(url)
        : loginAtSimulator(url, simulated.testLogin({ number, word: word === 'success' ? undefined : word }));
  }
  return { registrations, testPersons };
}

function settingsOf({ issuer, clientId, clientSecret, sendSecretInBody, privateKey, ...more }: EidCredentials) {
  const authentication: OidcClientAuthentication =
    privateKey === undefined
      ? { method: sendSecretInBody ? 'client_secret_post' : 'client_secret_basic', clientSecret: clientSecret! }
      : { method: 'private_key_jwt', privateKey };
  return { issuer, clientId, authentication, ...more };
}
