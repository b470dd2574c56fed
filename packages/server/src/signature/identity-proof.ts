import { createHash, timingSafeEqual } from 'node:crypto';
import { type EidPerson, toTwelveDigits } from '../eid/index.ts';
import { authenticationMechanism, neededProofs } from './access-rules.ts';
import { type KeptLogin, openLogin } from './kept-login.ts';
import type { SigningSession } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signingSteps } from './signature-methods.ts';
import { openAuthenticationNumber } from './signer-store.ts';
import type { SignerRecord } from './store.ts';

/** Another person than the one whom the sender wants. Nothing is said of who that is. */
export const WRONG_PERSON = 'SA-1028';

type Deps = Pick<SignatureDeps, 'box' | 'clock' | 'oneTimeCodes'>;

/**
 * Whether this is the person whom the sender wants: by the national number or by the eID's own id, whichever the sender
 * gave. Everybody is where the sender gave neither.
 */
export function isExpectedPerson(
  deps: Pick<SignatureDeps, 'box' | 'clock'>,
  signer: SignerRecord,
  person: Pick<EidPerson, 'uniqueId' | 'nationalNumber'>,
): boolean {
  const number = openAuthenticationNumber(deps, signer);
  const uniqueId = signer.request.authentication?.signatureMethodUniqueId;
  if (number === undefined && !uniqueId) return true;
  // Both are compared always, each in constant time.
  const { value, countryCode } = person.nationalNumber ?? {};
  // Swedish numbers are written with and without the century.
  const whole = countryCode === 'SE' && number ? toTwelveDigits(number, deps.clock.now()) : undefined;
  const hasNumber = equal(value && plain(value), whole ?? (number && plain(number)));
  const hasId = equal(person.uniqueId, uniqueId);
  return hasNumber || hasId;
}

/** The login of this session, while it is that of the expected person. */
export function validLogin(deps: Deps, session: SigningSession, signer: SignerRecord): KeptLogin | undefined {
  const login = openLogin(deps, session);
  return login && isExpectedPerson(deps, signer, login.person) ? login : undefined;
}

/**
 * When a signature that is sealed here was begun by its login; `undefined` where no login of this session serves for
 * one.
 */
export function sealingSince(deps: Deps, session: SigningSession, signer: SignerRecord): Date | undefined {
  const steps = signingSteps(signer.request.signatureType);
  const login = steps.eid && !steps.native ? validLogin(deps, session, signer) : undefined;
  return login && new Date(login.startedAt);
}

/** What the person still has to prove in this session before anything of the document is shown, as things are now. */
export function missingProofs(
  deps: Deps,
  session: SigningSession,
  signer: SignerRecord,
): { eid: boolean; code: boolean } {
  const needed = neededProofs(authenticationMechanism(signer.request));
  return {
    eid: needed.eid && !validLogin(deps, session, signer),
    code: needed.code && !hasPassedCode(deps, session, signer),
  };
}

/** The code counts for the number that it went to. */
function hasPassedCode(deps: Deps, { codeNumberHash }: SigningSession, signer: SignerRecord): boolean {
  const number = mobileNumber(signer);
  return (
    codeNumberHash !== undefined &&
    number !== undefined &&
    timingSafeEqual(codeNumberHash, deps.oneTimeCodes.numberHash(number))
  );
}

/** E.164; `undefined` for a signer without a mobile. */
export function mobileNumber({ request }: Pick<SignerRecord, 'request'>): string | undefined {
  const mobile = request.signerInfo?.mobile;
  return mobile?.number ? `${mobile.countryCode ?? ''}${mobile.number}` : undefined;
}

function equal(given: string | undefined, wanted: string | undefined): boolean {
  const isEqual = timingSafeEqual(digest(given ?? ''), digest(wanted ?? ''));
  return isEqual && Boolean(wanted);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** `850702-1234` and `8507021234` are one number. */
function plain(number: string): string {
  return number.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}
