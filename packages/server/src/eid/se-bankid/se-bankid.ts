import { randomBytes, X509Certificate } from 'node:crypto';
import type { Clock } from '../../kernel/clock/clock.ts';
import type { EidNative, EidPerson } from '../eid-provider.ts';
import { isSha256Hex } from '../oidc/document-binding.ts';
import { unavailable } from '../oidc/oidc-fetch.ts';
import type { EidPoll, EidWaiting, PolledEidProvider, PolledEidStart } from '../polled-eid-provider.ts';
import { animatedQr } from './animated-qr.ts';
import { birthDateOf, toTwelveDigits } from './personal-number.ts';
import { createRpClient, type RpClientSettings } from './rp-client.ts';
import { createSignedTexts, type SignedTexts } from './signed-texts.ts';
import { findFailure, messageOfWaiting } from './user-messages.ts';
import { type SeBankIdBinding, type SeBankIdClaims, seBankIdNativeFormat, verifySeBankId } from './verify-signature.ts';

export interface SeBankIdSettings extends RpClientSettings {
  /** PEM. Roots of the certificates with which persons sign. */
  signingRoots: readonly string[];
  /** Open the app on a phone and on a computer; BankID's own addresses by default. */
  startUrls?: { phone: string; computer: string };
  /** The API is a simulator; the provider can then never be registered for production. */
  simulator?: boolean;
  clock: Clock;
}

/** What is remembered from poll to poll. Holds secrets; the caller stores it encrypted. */
interface OrderState {
  orderRef: string;
  autoStartToken: string;
  qrStartToken: string;
  qrStartSecret: string;
  /** When this order was made, and the first one of the attempt. */
  orderedAtMs: number;
  startedAtMs: number;
  collectedAtMs: number;
  hintCode: string;
  operation: 'auth' | 'sign';
  texts: SignedTexts;
  endUserIp: string;
  /** Twelve digits of the only person who may complete it. */
  personalNumber?: string;
  wantsNationalNumber: boolean;
}

/** How often BankID wants to be asked. */
const collectEveryMs = 2000;
const pollAfterMs = 1000;
/** Orders that nobody opened within their 30 seconds are made anew for so long, as people need time to find their phone. */
const renewForMs = 180_000;
const toleranceMs = 300_000;

/** Swedish BankID by its RP API 6.0: QR code or app on the same device; the native is the person's own signature. */
export function createSeBankId(settings: SeBankIdSettings): PolledEidProvider {
  const call = createRpClient(settings);
  const startUrls = settings.startUrls ?? { phone: 'https://app.bankid.com/', computer: 'bankid:///' };
  const anchors = settings.signingRoots.map((pem) => new X509Certificate(pem).raw);

  async function order(state: Omit<OrderState, keyof NewOrder>): Promise<EidPoll> {
    const { personalNumber } = state;
    const answer = await call(state.operation, {
      endUserIp: state.endUserIp,
      userVisibleData: Buffer.from(state.texts.visible).toString('base64'),
      userNonVisibleData: Buffer.from(state.texts.nonVisible).toString('base64'),
      ...(personalNumber === undefined ? {} : { requirement: { personalNumber } }),
    });
    if (!answer.ok) return fail(answer.error.errorCode.toLowerCase(), answer.error.errorCode);
    const { orderRef, autoStartToken, qrStartToken, qrStartSecret } = answer.body;
    const tokens = { orderRef, autoStartToken, qrStartToken, qrStartSecret };
    if (!Object.values(tokens).every((token) => typeof token === 'string')) return fail('', 'no_order');
    const nowMs = settings.clock.now().getTime();
    return wait(
      {
        ...state,
        ...(tokens as Record<keyof typeof tokens, string>),
        orderedAtMs: nowMs,
        collectedAtMs: nowMs,
        hintCode: 'outstandingTransaction',
      },
      nowMs,
    );
  }

  function wait(state: OrderState, nowMs: number): EidPoll {
    return { result: 'waiting', waiting: show(state, nowMs), state: { ...state } };
  }

  function show(state: OrderState, nowMs: number): EidWaiting {
    const { hintCode } = state;
    const isUnopened = hintCode === 'outstandingTransaction' || hintCode === 'noClient';
    // The page goes on asking, so the app need not lead back to it.
    const query = `?autostarttoken=${encodeURIComponent(state.autoStartToken)}&redirect=null`;
    return {
      ...(isUnopened
        ? {
            qrData: animatedQr(state.qrStartToken, state.qrStartSecret, nowMs - state.orderedAtMs),
            startUrls: { phone: startUrls.phone + query, computer: startUrls.computer + query },
          }
        : {}),
      securityReference: state.autoStartToken,
      hintCode,
      message: messageOfWaiting(hintCode),
      pollAfterMs,
    };
  }

  async function collect(state: OrderState, nowMs: number): Promise<EidPoll> {
    const answer = await call('collect', { orderRef: state.orderRef });
    if (!answer.ok) return fail(answer.error.errorCode.toLowerCase(), answer.error.errorCode);
    const { status, completionData } = answer.body;
    const hintCode = typeof answer.body.hintCode === 'string' ? answer.body.hintCode.slice(0, 100) : '';
    if (status === 'pending') return wait({ ...state, hintCode, collectedAtMs: nowMs }, nowMs);
    if (status === 'complete') return complete(state, completionData, nowMs);
    if (hintCode === 'startFailed' && nowMs < state.startedAtMs + renewForMs) return order(state);
    return fail(hintCode, hintCode);
  }

  function complete(state: OrderState, completionData: unknown, nowMs: number): EidPoll {
    const { signature, ocspResponse } = (completionData ?? {}) as Record<string, unknown>;
    if (typeof signature !== 'string' || typeof ocspResponse !== 'string') return fail('', 'no_signature');
    const binding: SeBankIdBinding = {
      ocspResponse,
      trustAnchors: anchors.map((anchor) => anchor.toString('base64')),
    };
    const native: EidNative = {
      format: seBankIdNativeFormat,
      mediaType: 'application/xml',
      fileName: 'bankid-signature.xml',
      content: Buffer.from(signature, 'base64'),
      binding: { ...binding },
    };
    const verdict = verifySeBankId(native, {}, anchors);
    if (!verdict.valid) return fail('', `invalid_signature: ${verdict.fault}`);
    const claims = verdict.claims as unknown as SeBankIdClaims;
    if (
      claims.signedTexts.visible !== state.texts.visible ||
      claims.signedTexts.nonVisible !== state.texts.nonVisible
    ) {
      return fail('', 'invalid_signature: texts');
    }
    const authenticatedAtMs = claims.auth_time * 1000;
    if (authenticatedAtMs < state.startedAtMs - toleranceMs || authenticatedAtMs > nowMs + toleranceMs) {
      return fail('', 'invalid_signature: time');
    }
    if (!/^\d{12}$/.test(claims.personalNumber)) return fail('', 'invalid_signature: person');
    if (state.personalNumber !== undefined && state.personalNumber !== claims.personalNumber) {
      return fail('nin_mismatch', undefined);
    }
    return {
      result: 'completed',
      person: toPerson(claims, state.wantsNationalNumber),
      native,
      authenticatedAt: new Date(authenticatedAtMs),
      assuranceLevel: 'high',
    };
  }

  return {
    method: 'se_bankid',
    displayName: 'Swedish BankID',
    countryCode: 'SE',
    signs: ['pdf', 'txt'],
    allowsFraming: true,
    simulator: settings.simulator === true,
    askEveryMs: collectEveryMs,

    async start(input) {
      const now = settings.clock.now();
      checkDigests(input);
      const personalNumber = input.nationalNumber === undefined ? undefined : toTwelveDigits(input.nationalNumber, now);
      return order({
        startedAtMs: now.getTime(),
        operation: input.purpose === 'sign' ? 'sign' : 'auth',
        texts: createSignedTexts(input, randomBytes(32).toString('base64url')),
        endUserIp: input.endUserIp,
        ...(personalNumber === undefined ? {} : { personalNumber }),
        wantsNationalNumber: input.wantsNationalNumber === true,
      });
    },

    async poll({ state, now }) {
      const current = state as unknown as OrderState;
      const nowMs = now.getTime();
      return nowMs < current.collectedAtMs + collectEveryMs ? wait(current, nowMs) : collect(current, nowMs);
    },

    show: ({ state, now }) => show(state as unknown as OrderState, now.getTime()),

    async cancel(state) {
      const answer = await call('cancel', { orderRef: (state as unknown as OrderState).orderRef });
      // An order that has ended is refused as unknown, and that is what was wanted.
      if (!answer.ok && answer.error.errorCode.toLowerCase() !== 'invalidparameters') {
        throw unavailable(`answered ${answer.error.errorCode}`);
      }
    },
  };
}

type NewOrder = Pick<
  OrderState,
  'orderRef' | 'autoStartToken' | 'qrStartToken' | 'qrStartSecret' | 'orderedAtMs' | 'collectedAtMs' | 'hintCode'
>;

function checkDigests({ purpose, documentSha256, attachmentSha256 = [] }: PolledEidStart): void {
  if (purpose === 'sign' && documentSha256 === undefined) throw new TypeError('a document is needed to sign');
  for (const digest of [...(documentSha256 === undefined ? [] : [documentSha256]), ...attachmentSha256]) {
    if (!isSha256Hex(digest)) throw new TypeError('digests are SHA-256 in hexadecimal');
  }
}

function fail(code: string, providerCode: string | undefined): EidPoll {
  const failure = findFailure(code);
  if (failure.code === 'canceled') return { result: 'canceled' };
  const { message } = failure;
  return {
    result: 'failed',
    code: failure.code,
    ...(providerCode ? { providerCode } : {}),
    providerMessage: message.en,
    message,
  };
}

function toPerson(claims: SeBankIdClaims, wantsNationalNumber: boolean): EidPerson {
  const [firstName = '', ...middleNames] = claims.givenName.split(/\s+/);
  return {
    fullName: claims.name,
    firstName,
    ...(middleNames.length > 0 ? { middleName: middleNames.join(' ') } : {}),
    lastName: claims.surname,
    dateOfBirth: birthDateOf(claims.personalNumber),
    ...(wantsNationalNumber ? { nationalNumber: { value: claims.personalNumber, countryCode: 'SE' } } : {}),
  };
}
