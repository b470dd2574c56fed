import type { Environment } from '../kernel/events/events.ts';
import type { EidProvider } from './eid-provider.ts';
import type { PolledEidProvider } from './polled-eid-provider.ts';

/** An eID to which the browser is sent, or one in an app of its own. */
export type AnyEidProvider = EidProvider | PolledEidProvider;

export function isPolled(provider: AnyEidProvider): provider is PolledEidProvider {
  return 'poll' in provider;
}

export interface EidRegistration {
  environment: Environment;
  /** `simulator` says that the provider's other side is one. */
  provider: AnyEidProvider & { readonly simulator: boolean };
}

export interface EidRegistry {
  get(method: string, environment: Environment): AnyEidProvider | undefined;
  /** Adds one that could not be named with the others. Throws as `createEidRegistry` does. */
  register(registration: EidRegistration): void;
  /** In the order of registration. */
  list(environment: Environment): AnyEidProvider[];
}

/** The eIDs that this instance offers. Throws when a simulator is registered for production, or a method twice. */
export function createEidRegistry(options: { providers: readonly EidRegistration[] }): EidRegistry {
  const byEnvironment: Record<Environment, Map<string, AnyEidProvider>> = { test: new Map(), prod: new Map() };
  const register = ({ environment, provider }: EidRegistration): void => {
    if (environment !== 'test' && provider.simulator !== false) {
      throw new TypeError(`${provider.method}: a simulator can only be registered for the test environment`);
    }
    const providers = byEnvironment[environment];
    if (providers.has(provider.method))
      throw new TypeError(`${provider.method} is registered twice for ${environment}`);
    providers.set(provider.method, provider);
  };
  options.providers.forEach(register);
  return {
    register,
    get: (method, environment) => byEnvironment[environment].get(method),
    list: (environment) => [...byEnvironment[environment].values()],
  };
}
