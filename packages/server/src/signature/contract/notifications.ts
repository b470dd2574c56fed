import Type, { type Static } from 'typebox';
import { DateTime, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { Mobile } from './document.ts';

const optional = Type.Optional;

const SignerOverrides = Type.Object(
  {
    emailOverride: optional(
      Text({ maxLength: 254, format: 'email', description: 'E-mail address for this and all later messages.' }),
    ),
    mobileOverride: optional(Mobile),
  },
  { description: 'Where to instead of to the address of the signer, from now on.' },
);
type SignerOverrides = Static<typeof SignerOverrides>;

export const ManualReminder = Type.Object({
  notificationSetting: stringEnum(['off', 'sendSms', 'sendEmail', 'sendBoth'], {
    description: 'Over which channels; off does nothing.',
  }),
  signers: optional(
    Type.Unsafe<Record<string, SignerOverrides | null>>({
      type: 'object',
      additionalProperties: { ...SignerOverrides, type: ['object', 'null'] },
      description: 'Whom to remind, by id, with or without another address; absent: everybody whose turn it is.',
    }),
  ),
});
export type ManualReminder = Static<typeof ManualReminder>;

export const NotificationLogItem = Type.Object({
  sentTimeStamp: DateTime({ description: 'When it was sent or tried; while it waits, when it was queued.' }),
  title: optional(Type.String({ description: 'Subject of an e-mail.' })),
  text: optional(Type.String({ description: 'Text, with {url} in the place of the sign link.' })),
  messageType: stringEnum(['EMAIL', 'SMS'], { description: 'Channel.' }),
  status: stringEnum(['PENDING', 'SENT', 'DELIVERED', 'FAILED'], { description: 'What has become of it.' }),
  fromAddress: optional(Type.String({ description: 'Address or name that it came from.' })),
  receiver: Type.String({ description: 'Address or mobile number.' }),
});
export const NotificationLog = Type.Array(NotificationLogItem, { description: 'Messages and tries, oldest first.' });
export type NotificationLogItem = Static<typeof NotificationLogItem>;
