export type {
  EidNative,
  EidOutcome,
  EidPerson,
  EidProvider,
  EidStart,
  EidStep,
} from './eid-provider.ts';
export { createEidRegistry, type EidRegistration, type EidRegistry } from './eid-registry.ts';
export type { OidcClientAuthentication, OidcEidProvider, OidcEidSettings } from './oidc/oidc-eid-provider.ts';
export type {
  EidMessage,
  EidPoll,
  EidWaiting,
  PolledEidPerson,
  PolledEidProvider,
  PolledEidStart,
} from './polled-eid-provider.ts';
export { REDIRECT_EIDS, REDIRECT_METHODS, type RedirectMethod } from './redirect-eids.ts';
export { createSeBankId, type SeBankIdSettings } from './se-bankid/se-bankid.ts';
export { type NativeFault, type NativeVerdict, verifyNative } from './verify-native.ts';
