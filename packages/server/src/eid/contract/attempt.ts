import Type, { type Static } from 'typebox';
import { stringEnum } from '../../kernel/contract/primitives.ts';

/** What the browser does next: go to the eID's pages, or ask again and again what a polled eID waits for. */
export const AttemptStep = Type.Union([
  Type.Object({
    kind: stringEnum(['redirect']),
    url: Type.String(),
    inWindow: Type.Boolean({ description: 'The eID forbids to be framed: it needs a window of its own.' }),
  }),
  Type.Object({ kind: stringEnum(['poll']) }),
]);
export type AttemptStep = Static<typeof AttemptStep>;

export const EID_MESSAGE_LANGUAGES = ['en', 'no', 'sv', 'da', 'fi', 'de'] as const;

/** Words for the person, in each language of the pages. */
export type EidMessage = Record<(typeof EID_MESSAGE_LANGUAGES)[number], string>;

/** In which language the person reads what the eID waits for. */
export const MessageLanguage = stringEnum(EID_MESSAGE_LANGUAGES);
export type MessageLanguage = Static<typeof MessageLanguage>;

/** What the person is shown while a polled eID waits. */
export const ShownWaiting = Type.Object({
  qrData: Type.Optional(
    Type.String({ description: "Content of a QR code for the eID's app on another device. Valid for a second." }),
  ),
  startUrls: Type.Optional(
    Type.Object(
      { phone: Type.String(), computer: Type.String() },
      { description: "Opens the eID's app on this device. Absent once the app has begun." },
    ),
  ),
  message: Type.String({ description: 'What to do, for the person.' }),
  pollAfterMs: Type.Integer(),
});
export type ShownWaiting = Static<typeof ShownWaiting>;
