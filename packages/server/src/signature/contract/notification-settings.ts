import Type from 'typebox';
import { Dictionary, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { LANGUAGES } from './signing-page.ts';

const optional = Type.Optional;

const channel = (description: string) => stringEnum(['off', 'sendSms', 'sendEmail', 'sendBoth'], { description });
const NotificationSetup = Type.Object(
  {
    request: optional(channel('Asks to sign.')),
    reminder: optional(channel('Reminds.')),
    signatureReceipt: optional(channel('To a signer, after the own signature.')),
    finalReceipt: optional(channel('To all, with the completed document.')),
    canceled: optional(channel('When the document is cancelled.')),
    expired: optional(channel('When the deadline has passed.')),
  },
  { description: 'Channel per kind of message.' },
);

export const SignerNotifications = Type.Object(
  {
    setup: optional(NotificationSetup),
    mergeFields: optional(Dictionary(Type.String(), { description: 'Values for placeholders in texts, by name.' })),
  },
  { description: 'Messages to this signer.' },
);

const EmailText = Type.Object(
  {
    language: stringEnum(LANGUAGES, { description: 'Language, two letters.' }),
    subject: optional(Text({ maxLength: 300, description: 'Subject line.' })),
    text: optional(Text({ maxLength: 20_000, description: 'Text, Markdown with merge fields.' })),
    senderName: optional(Text({ maxLength: 100, description: 'Name of the sender.' })),
  },
  { description: 'Own text of an e-mail, in one language.' },
);
const SmsText = Type.Object(
  {
    language: stringEnum(LANGUAGES, { description: 'Language, two letters.' }),
    text: optional(Text({ maxLength: 1000, description: 'Text with merge fields.' })),
    sender: optional(Text({ maxLength: 16, description: 'Sender of the SMS: letters and digits.' })),
  },
  { description: 'Own text of an SMS, in one language.' },
);
const receiptTexts = {
  email: optional(Type.Array(EmailText, { description: 'Texts of e-mails, one per language.' })),
  sms: optional(Type.Array(SmsText, { description: 'Texts of SMS, one per language.' })),
};

const AdditionalRecipient = Type.Object(
  {
    language: optional(stringEnum(LANGUAGES, { description: 'Language, two letters.' })),
    email: Text({ maxLength: 254, format: 'email', description: 'E-mail address.' }),
    customMergeFields: optional(
      Dictionary(Type.String(), { description: 'Values for placeholders in texts, by name.' }),
    ),
  },
  { description: 'Somebody who is no signer.' },
);

export const Notification = Type.Object(
  {
    signRequest: optional(
      Type.Object(
        { includeOriginalFile: optional(Type.Boolean({ description: 'Attaches the document.' })), ...receiptTexts },
        { description: 'The request to sign.' },
      ),
    ),
    reminder: optional(
      Type.Object(
        {
          chronSchedule: Text({
            maxLength: 200,
            description: 'When reminders go out, as a Quartz expression in UTC; at most one run an hour.',
            otherNames: ['cronSchedule'],
          }),
          maxReminders: optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Most reminders per signer.' })),
          firstReminderAfter: optional(Type.Integer({ minimum: 0, description: 'Hours before the first reminder.' })),
          ...receiptTexts,
        },
        { description: 'Reminders to those who have not signed.' },
      ),
    ),
    signatureReceipt: optional(Type.Object(receiptTexts, { description: 'To a signer, after the own signature.' })),
    finalReceipt: optional(
      Type.Object(
        {
          includeSignedFile: optional(Type.Boolean({ description: 'Attaches the signed file.' })),
          additionalRecipients: optional(
            Type.Array(AdditionalRecipient, { maxItems: 20, description: 'Others who get it, by e-mail.' }),
          ),
          ...receiptTexts,
        },
        { description: 'To all, with the completed document.' },
      ),
    ),
    canceledReceipt: optional(Type.Object(receiptTexts, { description: 'When the document is cancelled.' })),
    expiredReceipt: optional(Type.Object(receiptTexts, { description: 'When the deadline has passed.' })),
  },
  { description: 'Own texts of messages, per kind.' },
);
