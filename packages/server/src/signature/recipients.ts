import type { DocumentRecord, SignerRecord } from './store.ts';

/** What people are told, by the names of `notifications.setup`. */
export type MessageKind = 'request' | 'reminder' | 'signatureReceipt' | 'finalReceipt' | 'canceled' | 'expired';

export type WantedChannel = 'sendEmail' | 'sendSms' | 'sendBoth';

/** The channels over which the signer wants to be told this; `undefined`: not at all. */
export function wantedChannel(signer: SignerRecord, kind: MessageKind): WantedChannel | undefined {
  const channel = signer.request.notifications?.setup?.[kind] ?? 'off';
  return channel === 'off' ? undefined : channel;
}

/** Where a signer is reached; the mobile in E.164. */
export function addressesOf(signer: SignerRecord): { email: string | undefined; mobile: string | undefined } {
  const { email, mobile: given } = signer.request.signerInfo ?? {};
  const mobile = signer.mobileOverride ?? given;
  return {
    email: signer.emailOverride ?? email,
    mobile: mobile?.countryCode && mobile.number ? `${mobile.countryCode}${mobile.number}` : undefined,
  };
}

/** The signer as messages know it. */
export function recipientOf(document: DocumentRecord, signer: SignerRecord, channel: WantedChannel) {
  return {
    accountId: document.accountId,
    environment: document.environment,
    documentId: document.id,
    signerId: signer.id,
    channel,
    ...addressesOf(signer),
  };
}
