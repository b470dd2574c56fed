import type { Environment } from '../kernel/events/events.ts';
import type { ProviderName } from './contract/providers.ts';
import type { CreateSessionRequest, Include, SessionLanguage } from './contract/session.ts';
import type { ReturnUrls } from './return-url.ts';
import type { SessionError } from './session-error.ts';
import type { SessionCourse } from './session-state.ts';

/** What was asked for, in words of its own, whichever API it came by. */
export interface SessionRequest {
  flow: 'redirect' | 'iframe' | 'headless';
  /** Empty: all that the account has. */
  providers: ProviderName[];
  /** Absent: that of the browser. */
  language: SessionLanguage | undefined;
  include: Include[];
  returnUrls: ReturnUrls;
  frame:
    | {
        /** Separated by blanks. */
        domains: string;
        /** Tell the page around by messages, and leave it where it is. */
        webMessaging: boolean;
        heightPx: number | undefined;
      }
    | undefined;
  pageTitle: string | undefined;
  /** Name of the information source → its parameter. */
  addOns: Record<string, string>;
  ui: NonNullable<CreateSessionRequest['ui']>;
  /** As sent, where the answer repeats it. */
  iframeSettings: CreateSessionRequest['iframeSettings'];
}

export interface AuditEvent {
  id: number;
  name: string;
  eventType: 'information' | 'success' | 'failure';
  timestamp: string;
  eventData?: Record<string, string>;
}

export interface SessionRecord extends SessionCourse {
  id: string;
  accountId: string;
  environment: Environment;
  generation: 'v1' | 'v2';
  requestId: string;
  request: SessionRequest;
  prefilledSealed: Buffer | undefined;
  externalReference: string | undefined;
  departmentId: string | undefined;
  /** Used or being used. */
  provider: ProviderName | undefined;
  language: SessionLanguage | undefined;
  browserHash: Buffer | undefined;
  clientIp: string | undefined;
  userAgent: string | undefined;
  fullName: string | undefined;
  providerId: string | undefined;
  identitySealed: Buffer | undefined;
  numberSealed: Buffer | undefined;
  /** Stays when the number is erased. */
  numberDelivered: boolean;
  error: SessionError | undefined;
  auditTrail: AuditEvent[];
  createdAt: Date;
  endedAt: Date | undefined;
}

const TYPES = {
  session_created: 'information',
  app_started: 'information',
  language_changed: 'information',
  provider_selected: 'information',
  provider_started: 'information',
  credential_rejected: 'failure',
  provider_failed: 'failure',
  user_aborted: 'failure',
  timed_out: 'failure',
  identified: 'success',
  resource_created: 'information',
  session_read: 'information',
  invalidated: 'information',
} as const;

/** Whoever polls a result for days would fill the row. */
const MOST_EVENTS = 200;

/** The trail with one more event; numbers, codes and passwords have no place in `eventData`. */
export function withEvent(
  trail: readonly AuditEvent[],
  name: keyof typeof TYPES,
  now: Date,
  eventData?: Record<string, string>,
): AuditEvent[] {
  if (trail.length >= MOST_EVENTS) return [...trail];
  return [
    ...trail,
    {
      id: trail.length + 1,
      name,
      eventType: TYPES[name],
      timestamp: now.toISOString(),
      ...(eventData ? { eventData } : {}),
    },
  ];
}
