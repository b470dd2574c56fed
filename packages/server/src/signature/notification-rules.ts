import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import { nextRun, parseQuartzCron, runsMoreThanHourly } from '../kernel/schedule/quartz-cron.ts';
import type { CreateDocumentRequestWrapper, SignerWrapper } from './contract/document.ts';

type Notification = NonNullable<CreateDocumentRequestWrapper['notification']>;

export const DEFAULT_MAX_REMINDERS = 10;
const SCHEDULE = 'notification.reminder.chronSchedule';

export function notificationWithDefaults(notification: Notification): Notification {
  const { reminder } = notification;
  return reminder
    ? { ...notification, reminder: { ...reminder, maxReminders: reminder.maxReminders ?? DEFAULT_MAX_REMINDERS } }
    : notification;
}

/** Restrictions that a schema cannot say. */
export function notificationErrors(notification: Notification | undefined, now: Date): FieldError[] {
  return [...textErrors(notification), ...scheduleErrors(notification, now)];
}

/** One text per language and channel: of two, nobody could say which one is meant. */
function textErrors(notification: Notification | undefined): FieldError[] {
  return Object.entries(notification ?? {}).flatMap(([kind, texts]) =>
    (['email', 'sms'] as const).flatMap((channel) => {
      const languages = (texts[channel] ?? []).map((text) => text.language);
      return languages.flatMap((language, index) =>
        languages.indexOf(language) === index
          ? []
          : [
              {
                field: `notification.${kind}.${channel}[${index}].language`,
                code: 'duplicate',
                message: 'There is a text in this language already.',
              },
            ],
      );
    }),
  );
}

function scheduleErrors(notification: Notification | undefined, now: Date): FieldError[] {
  if (!notification?.reminder) return [];
  const schedule = parseQuartzCron(notification.reminder.chronSchedule);
  if (schedule && nextRun(schedule, now)) return [];
  const message = schedule
    ? 'Has no run in the future.'
    : 'Must be a Quartz cron expression of six or seven fields, with ? for one of the two kinds of days.';
  return [{ field: SCHEDULE, code: 'cron', message }];
}

/** Whoever is to be told something has an address for each wanted channel. `prefix` stands before the signer's members. */
export function requireReachableSigner(
  signer: Pick<SignerWrapper, 'notifications' | 'signerInfo'>,
  prefix: string,
): void {
  const channels = Object.values(signer.notifications?.setup ?? {});
  const { email, mobile } = signer.signerInfo ?? {};
  const wants = (one: 'sendEmail' | 'sendSms') => channels.includes(one) || channels.includes('sendBoth');
  const missing = [
    ...(wants('sendEmail') && !email ? ['email'] : []),
    ...(wants('sendSms') && !mobile?.number ? ['mobile'] : []),
  ];
  if (missing.length === 0) return;
  const message = `The signer is to get messages but has no ${missing.join(' and no ')}.`;
  throw new SeglError(422, 'notification_recipient_missing', message, {
    errors: missing.map((member) => ({ field: `${prefix}signerInfo.${member}`, code: 'required', message })),
  });
}

/** Throws 422 `reminder_schedule_missing` or `reminder_interval_too_short`. `prefixOf` a signer stands before its members. */
export function requireReminderSchedule(
  notification: Notification | undefined,
  signers: readonly Pick<SignerWrapper, 'notifications'>[],
  prefixOf = (index: number) => `signers[${index}].`,
): void {
  const wanting = signers.findIndex((signer) => (signer.notifications?.setup?.reminder ?? 'off') !== 'off');
  if (wanting >= 0 && !notification?.reminder) {
    const message = 'A signer is to be reminded, but notification.reminder has no schedule.';
    const errors = [
      { field: SCHEDULE, code: 'required', message },
      { field: `${prefixOf(wanting)}notifications.setup.reminder`, code: 'enum', message },
    ];
    throw new SeglError(422, 'reminder_schedule_missing', message, { errors });
  }
  const schedule = notification?.reminder && parseQuartzCron(notification.reminder.chronSchedule);
  if (!schedule || !runsMoreThanHourly(schedule)) return;
  const message = 'Two reminders would be less than 60 minutes apart.';
  const errors = [{ field: SCHEDULE, code: 'min', message }];
  throw new SeglError(422, 'reminder_interval_too_short', message, { errors });
}
