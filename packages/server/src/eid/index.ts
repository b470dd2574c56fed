export {
  type AttemptOwner,
  deleteEidAttempts,
  type EidAttempt,
  endEidAttempt,
  findEidAttempt,
  findLatestEidAttempt,
} from './attempt-store.ts';
export {
  abandonEidAttempt,
  completeEidAttempt,
  type EidAttemptDeps,
  findOwnAttempt,
  pollEidAttempt,
  receiveEidReturn,
  requireEid,
  requireReturned,
  type StartedAttempt,
  startEidAttempt,
} from './attempts.ts';
export { AttemptStep } from './contract/attempt.ts';
export type {
  EidNative,
  EidOutcome,
  EidPerson,
  EidProvider,
  EidStart,
  EidStep,
} from './eid-provider.ts';
export {
  type AnyEidProvider,
  createEidRegistry,
  type EidRegistration,
  type EidRegistry,
  isPolled,
} from './eid-registry.ts';
export type { OidcClientAuthentication, OidcEidProvider, OidcEidSettings } from './oidc/oidc-eid-provider.ts';
export type {
  EidMessage,
  EidPoll,
  EidWaiting,
  PolledEidProvider,
  PolledEidStart,
} from './polled-eid-provider.ts';
export { REDIRECT_EIDS, REDIRECT_METHODS, type RedirectMethod } from './redirect-eids.ts';
export { createSeBankId, type SeBankIdSettings } from './se-bankid/se-bankid.ts';
export { type NativeFault, type NativeVerdict, verifyNative } from './verify-native.ts';
