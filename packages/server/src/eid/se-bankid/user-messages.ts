import type { EidMessage } from '../polled-eid-provider.ts';

const messages = {
  waitForApp: {
    en: 'Start your BankID app.',
    sv: 'Starta BankID-appen.',
  },
  searching: {
    en: 'Your BankID app is starting. Look in it.',
    sv: 'BankID-appen startar. Titta i den.',
  },
  sign: {
    en: 'Enter your security code in the BankID app and choose Identify or Sign.',
    sv: 'Skriv in din säkerhetskod i BankID-appen och välj Legitimera eller Skriv under.',
  },
  passport: {
    en: 'Take a photo of your identity document and read its chip with the BankID app.',
    sv: 'Fota och läs av din ID-handling med BankID-appen.',
  },
  confirmCall: {
    en: 'Confirm in the BankID app that you are in this telephone call.',
    sv: 'Bekräfta i BankID-appen att du är i det här telefonsamtalet.',
  },
  ongoing: {
    en: 'Identification or signing is in progress.',
    sv: 'Identifiering eller underskrift pågår.',
  },
  canceled: { en: 'Canceled. Try again.', sv: 'Avbrutet. Försök igen.' },
  alreadyInProgress: {
    en: 'An identification or signing for this personal number had already begun. Try again.',
    sv: 'En identifiering eller underskrift för det här personnumret är redan påbörjad. Försök igen.',
  },
  technicalError: { en: 'BankID has a technical problem. Try again.', sv: 'Tekniskt fel hos BankID. Försök igen.' },
  userCanceled: { en: 'You canceled.', sv: 'Du avbröt.' },
  expired: {
    en: 'The BankID app does not answer. Check that it has started and that you are online, then try again.',
    sv: 'BankID-appen svarar inte. Kontrollera att den är startad och att du har internet, och försök igen.',
  },
  certificate: {
    en: 'This BankID is blocked or too old. Use another one, or get a new one from your bank.',
    sv: 'Detta BankID är spärrat eller för gammalt. Använd ett annat eller skaffa ett nytt hos din bank.',
  },
  notStarted: {
    en: 'The BankID app could not be started, or the QR code was not read. Check that it is installed, then try again.',
    sv: 'BankID-appen kunde inte startas, eller QR-koden lästes inte av. Kontrollera att appen är installerad och försök igen.',
  },
  appTooOld: {
    en: 'This BankID app cannot do this. Update it and try again.',
    sv: 'Den här BankID-appen stöder inte detta. Uppdatera den och försök igen.',
  },
  declinedByRisk: {
    en: 'BankID stopped this because the risk was too high.',
    sv: 'BankID stoppade detta eftersom risken var för hög.',
  },
  unknownEnd: { en: 'Something went wrong. Try again.', sv: 'Något gick fel. Försök igen.' },
  wrongPerson: {
    en: 'This is for another person than the one who used BankID.',
    sv: 'Detta gäller en annan person än den som använde BankID.',
  },
} satisfies Record<string, EidMessage>;

const waiting: Record<string, EidMessage> = {
  outstandingTransaction: messages.waitForApp,
  noClient: messages.waitForApp,
  started: messages.searching,
  userMrtd: messages.passport,
  userCallConfirm: messages.confirmCall,
  userSign: messages.sign,
};

/** What a person is told while an order waits. Codes that are new to us are no fault. */
export function messageOfWaiting(hintCode: string | undefined): EidMessage {
  return waiting[hintCode ?? ''] ?? messages.ongoing;
}

export interface Failure {
  /** Segl's code; `canceled` is no failure. */
  code: string;
  message: EidMessage;
}

const failures: Record<string, Failure> = {
  userCancel: { code: 'canceled', message: messages.userCanceled },
  userDeclinedCall: { code: 'canceled', message: messages.userCanceled },
  cancelled: { code: 'already_in_progress', message: messages.canceled },
  expiredTransaction: { code: 'timed_out', message: messages.expired },
  certificateErr: { code: 'id_blocked', message: messages.certificate },
  startFailed: { code: 'app_not_started', message: messages.notStarted },
  notSupportedByUserApp: { code: 'client_unsupported', message: messages.appTooOld },
  transactionRiskBlocked: { code: 'provider_error', message: messages.declinedByRisk },
  nin_mismatch: { code: 'nin_mismatch', message: messages.wrongPerson },
  alreadyinprogress: { code: 'already_in_progress', message: messages.alreadyInProgress },
  maintenance: { code: 'provider_unavailable', message: messages.technicalError },
  requesttimeout: { code: 'provider_unavailable', message: messages.technicalError },
  internalerror: { code: 'provider_error', message: messages.technicalError },
};

/** What a failed order's hint code, or an error code in small letters, means. */
export function findFailure(code: string): Failure {
  return failures[code] ?? { code: 'provider_error', message: messages.unknownEnd };
}
