import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { FieldError } from '../kernel/errors/segl-error.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { invalidInput } from './client-input.ts';
import { generateClientSecret, type SecretHasher } from './client-secret.ts';
import type { StoredSecret } from './client-store.ts';
import { MASKED_VALUE, type OauthSecretInput, type SecretType } from './contract/oauth-client.ts';
import type { PublicJwk } from './store.ts';

const MIN_OWN_SECRET = 32;
const MAX_OWN_SECRET = 500;
const HINT_LENGTH = 4;
const MIN_RSA_BITS = 2048;
const CURVES = new Set(['prime256v1', 'secp384r1']);

/** A secret of the new list; `clear` is there for one that was made now, and is shown once. */
export interface PlannedSecret extends StoredSecret {
  clear?: string;
}

/**
 * The list of secrets that a request asks for, given those that are there: an entry with a known `Description` and no
 * value is kept, every other one is new, and what is not named is gone. Throws 400 naming every mistake.
 */
export function planSecrets(
  wanted: readonly OauthSecretInput[],
  existing: readonly StoredSecret[],
  deps: { hasher: SecretHasher; now: Date },
): PlannedSecret[] {
  const errors: FieldError[] = [];
  const taken = new Set(wanted.map((one) => one.Description?.trim()));
  const seen = new Set<string>();
  const planned: PlannedSecret[] = [];
  for (const [index, one] of wanted.entries()) {
    const field = `ClientSecrets[${index}]`;
    const description = one.Description?.trim() || freeDescription(taken);
    taken.add(description);
    if (seen.has(description)) {
      errors.push({ field: `${field}.Description`, code: 'duplicate', message: 'Given twice.' });
      continue;
    }
    seen.add(description);
    const value = one.Value === MASKED_VALUE ? '' : (one.Value ?? '');
    const before = existing.find((known) => known.description === description);
    const expiresAt = one.Expiration === undefined ? undefined : new Date(one.Expiration);
    if (before && value === '' && (one.Type === undefined || one.Type === before.type)) {
      planned.push({ ...before, expiresAt: expiresAt ?? before.expiresAt });
      continue;
    }
    const made = newSecret(one.Type ?? 'SharedSecret', value, { ...deps, field, errors });
    if (made) {
      // In the order of the request, which is that of their times when they are read again.
      const createdAt = new Date(deps.now.getTime() + index);
      const id = uuidv7(deps.now);
      planned.push({ ...made, id, description, createdAt, expiresAt: earlier(expiresAt, made.expiresAt) });
    }
  }
  if (errors.length > 0) throw invalidInput(errors);
  return planned;
}

function freeDescription(taken: ReadonlySet<string | undefined>): string {
  for (let n = 1; ; n++) {
    if (!taken.has(`secret-${n}`)) return `secret-${n}`;
  }
}

type Made = Omit<PlannedSecret, 'id' | 'description' | 'createdAt'>;

function newSecret(
  type: SecretType,
  value: string,
  deps: { hasher: SecretHasher; field: string; errors: FieldError[] },
): Made | undefined {
  const refuse = (code: 'required' | 'min_length' | 'max_length' | 'format', message: string): undefined => {
    deps.errors.push({ field: `${deps.field}.Value`, code, message });
    return undefined;
  };
  if (type === 'SharedSecret') {
    if (value !== '' && [...value].length < MIN_OWN_SECRET) {
      return refuse('min_length', `Must have at least ${MIN_OWN_SECRET} characters.`);
    }
    if (value.length > MAX_OWN_SECRET) return refuse('max_length', `Must have at most ${MAX_OWN_SECRET} characters.`);
    const clear = value || generateClientSecret();
    const hint = clear.slice(-HINT_LENGTH);
    return { type, hash: deps.hasher.hash(clear), publicJwk: null, hint, expiresAt: null, clear };
  }
  if (value === '') return refuse('required', 'Required for a certificate or key.');
  const key = type === 'JsonWebKey' ? readJwk(value) : readCertificate(value);
  if (!key) {
    return refuse(
      'format',
      'Must be a certificate or a public JSON Web Key: RSA of 2048 bits or more, P-256, P-384 or Ed25519.',
    );
  }
  return {
    type,
    hash: null,
    publicJwk: key.jwk,
    hint: value.trim().slice(-HINT_LENGTH),
    expiresAt: key.expiresAt,
    clear: value,
  };
}

interface ReadKey {
  jwk: PublicJwk;
  expiresAt: Date | null;
}

/** DER in base64, or PEM. The certificate stands for its key: who issued it does not matter, when it ends does. */
function readCertificate(value: string): ReadKey | undefined {
  try {
    const pem = value.includes('-----BEGIN CERTIFICATE-----');
    const certificate = new X509Certificate(pem ? value : Buffer.from(value, 'base64'));
    const jwk = publicJwk(certificate.publicKey);
    return jwk && { jwk, expiresAt: certificate.validToDate };
  } catch {
    return undefined;
  }
}

function readJwk(value: string): ReadKey | undefined {
  try {
    const given: unknown = JSON.parse(value);
    if (typeof given !== 'object' || given === null || 'd' in given || 'k' in given) return undefined;
    const { kid } = given as { kid?: unknown };
    const jwk = publicJwk(createPublicKey({ key: given, format: 'jwk' }));
    return jwk && { jwk: { ...jwk, ...(typeof kid === 'string' ? { kid } : {}) }, expiresAt: null };
  } catch {
    return undefined;
  }
}

function publicJwk(key: KeyObject): PublicJwk | undefined {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const strong =
    (key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS && modulusLength <= 8192) ||
    (key.asymmetricKeyType === 'ec' && CURVES.has(namedCurve)) ||
    key.asymmetricKeyType === 'ed25519';
  return strong ? (key.export({ format: 'jwk' }) as PublicJwk) : undefined;
}

function earlier(one: Date | undefined, other: Date | null): Date | null {
  if (!one) return other;
  return other && other < one ? other : one;
}
