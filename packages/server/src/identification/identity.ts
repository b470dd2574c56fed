import type { EidOutcome } from '../eid/index.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import type { SessionRecord } from './session-record.ts';

type Completed = Extract<EidOutcome, { result: 'completed' }>;

/** Who it was, without the national number. */
export interface Identity {
  providerId?: string;
  fullName?: string;
  firstName?: string;
  middleName?: string;
  lastName?: string;
  /** `YYYY-MM-DD` */
  dateOfBirth?: string;
  email?: string;
  /** E.164. */
  phoneNumber?: string;
  /** What the eID says of its certificate, in the older API's names. */
  certificate?: Record<string, string>;
}

/** What of an eID's answer the session asked for; nothing else is kept. */
export function identityOf(session: Pick<SessionRecord, 'request'>, { person, certificate }: Completed): Identity {
  const wanted = new Set(session.request.include);
  const names = {
    fullName: person.fullName,
    ...(person.firstName ? { firstName: person.firstName } : {}),
    ...(person.middleName ? { middleName: person.middleName } : {}),
    ...(person.lastName ? { lastName: person.lastName } : {}),
  };
  return {
    providerId: person.uniqueId,
    ...(wanted.has('name') ? names : {}),
    ...(wanted.has('date_of_birth') && person.dateOfBirth ? { dateOfBirth: person.dateOfBirth } : {}),
    ...(wanted.has('email') && person.email ? { email: person.email } : {}),
    ...(wanted.has('phone_number') && person.phoneNumber ? { phoneNumber: person.phoneNumber } : {}),
    ...(wanted.has('name') && certificate ? { certificate } : {}),
  };
}

type Boxes = Pick<IdentificationDeps, 'box' | 'numberBox'>;

export function sealIdentity({ box }: Boxes, sessionId: string, identity: Identity): Buffer {
  return box.encrypt(Buffer.from(JSON.stringify(identity), 'utf8'), `identification ${sessionId}`);
}

/** `undefined` when there is none, or none any more. */
export function openIdentity({ box }: Boxes, session: SessionRecord): Identity | undefined {
  if (!session.identitySealed) return undefined;
  return JSON.parse(box.decrypt(session.identitySealed, `identification ${session.id}`).toString('utf8')) as Identity;
}

export function sealNumber({ numberBox }: Boxes, sessionId: string, number: string): Buffer {
  return numberBox.encrypt(Buffer.from(number, 'utf8'), `identification number ${sessionId}`);
}

/** Whoever calls this writes the reading into the audit log. */
export function openNumber({ numberBox }: Boxes, session: SessionRecord): string | undefined {
  if (!session.numberSealed) return undefined;
  return numberBox.decrypt(session.numberSealed, `identification number ${session.id}`).toString('utf8');
}

/** What the caller filled in beforehand; it may hold a national number. */
export function sealPrefilled({ numberBox }: Boxes, sessionId: string, prefilled: object): Buffer {
  return numberBox.encrypt(Buffer.from(JSON.stringify(prefilled), 'utf8'), `identification prefill ${sessionId}`);
}

export function openPrefilled<Prefilled>({ numberBox }: Boxes, session: SessionRecord): Prefilled | undefined {
  if (!session.prefilledSealed) return undefined;
  const text = numberBox.decrypt(session.prefilledSealed, `identification prefill ${session.id}`).toString('utf8');
  return JSON.parse(text) as Prefilled;
}
