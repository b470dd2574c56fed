import type { LoginFault } from './login-attempt.ts';

export type Language = 'no' | 'en';

export interface LoginTexts {
  lang: string;
  simulator: string;
  simulatorNotice: string;
  otherLanguage: string;
  identifyTo: string;
  signFor: string;
  progress: (step: number) => string;
  numberHeading: string;
  numberLabel: string;
  numberHint: string;
  codeHeading: string;
  codeLabel: string;
  codeHint: string;
  passwordHeading: string;
  passwordLabel: string;
  passwordHint: string;
  waitingHeading: string;
  waitingBody: string;
  next: string;
  finish: (signs: boolean) => string;
  back: string;
  cancel: string;
  errorPrefix: string;
  faults: Record<LoginFault, string>;
  triesLeft: (count: number) => string;
  certificateOf: (name: string) => string;
  doneHeading: string;
  endedHeading: string;
  continueTo: (merchant: string) => string;
  outcomesHeading: string;
  outcomesIntro: string;
  outcomes: readonly (readonly [word: string, outcome: string])[];
  testPerson: string;
  expiredHeading: string;
  expiredBody: string;
  refusedHeading: string;
  refusedBody: string;
}

export const loginTexts: Record<Language, LoginTexts> = {
  no: {
    lang: 'nb',
    simulator: 'BankID-simulator',
    simulatorNotice: 'Bare for test. Ikke skriv inn opplysninger om virkelige personer.',
    otherLanguage: 'English',
    identifyTo: 'Identifiser deg for',
    signFor: 'Signer for',
    progress: (step) => `Steg ${step} av 3`,
    numberHeading: 'Hva er fødselsnummeret ditt?',
    numberLabel: 'Fødselsnummer',
    numberHint: '11 siffer. I simulatoren: 05128938534',
    codeHeading: 'Skriv engangskoden',
    codeLabel: 'Engangskode',
    codeHint: 'Koden fra kodebrikken eller appen. I simulatoren: otp',
    passwordHeading: 'Skriv ditt personlige passord',
    passwordLabel: 'Personlig passord',
    passwordHint: 'I simulatoren: qwer1234',
    waitingHeading: 'Venter på eID-en',
    waitingBody: 'Dette avsluttes av seg selv når tiden er ute.',
    next: 'Neste',
    finish: (signs) => (signs ? 'Signer' : 'Identifiser'),
    back: 'Tilbake',
    cancel: 'Avbryt',
    errorPrefix: 'Feil: ',
    faults: {
      empty: 'Fyll ut feltet.',
      not_eleven_digits: 'Et fødselsnummer har 11 siffer. Sjekk at alle er med.',
      wrong_check_digits: 'Kontrollsifrene stemmer ikke. Se etter om to sifre er byttet om.',
      not_synthetic: 'Dette kan være nummeret til en virkelig person. Bruk en testperson eller et syntetisk nummer.',
      wrong_code: 'Koden er feil.',
      wrong_password: 'Passordet er feil.',
    },
    triesLeft: (count) => (count === 1 ? 'Du har ett forsøk igjen.' : `Du har ${count} forsøk igjen.`),
    certificateOf: (name) => `Personlig sertifikat: ${name}`,
    doneHeading: 'Ferdig',
    endedHeading: 'Avsluttet',
    continueTo: (merchant) => `Fortsett til ${merchant}`,
    outcomesHeading: 'Testutfall',
    outcomesIntro: 'Skriv ett av disse ordene i stedet for engangskoden:',
    outcomes: [
      ['otp', 'riktig kode'],
      ['blocked', 'BankID er sperret'],
      ['revoked', 'BankID er trukket tilbake'],
      ['expired', 'BankID er utløpt'],
      ['unknown', 'personen har ikke BankID'],
      ['timeout', 'tiden går ut etter en stund'],
      ['down', 'BankID er utilgjengelig'],
      ['error', 'ukjent feil'],
      ['cancel', 'personen avbryter'],
    ],
    testPerson: 'Testperson: 05128938534 (John Doe). Syntetiske fødselsnumre virker også.',
    expiredHeading: 'Innloggingen er ikke lenger åpen',
    expiredBody: 'Den er avsluttet, eller den tok for lang tid. Gå tilbake til siden du kom fra, og start på nytt.',
    refusedHeading: 'Forespørselen kan ikke behandles',
    refusedBody: 'Siden du kom fra, sendte en forespørsel som ikke godtas. Den som driver siden, trenger denne koden:',
  },
  en: {
    lang: 'en',
    simulator: 'BankID simulator',
    simulatorNotice: 'For tests only. Do not type in details of real people.',
    otherLanguage: 'Norsk',
    identifyTo: 'Identify yourself to',
    signFor: 'Sign for',
    progress: (step) => `Step ${step} of 3`,
    numberHeading: 'What is your national identity number?',
    numberLabel: 'National identity number',
    numberHint: '11 digits. In the simulator: 05128938534',
    codeHeading: 'Enter your one-time code',
    codeLabel: 'One-time code',
    codeHint: 'From your code device or app. In the simulator: otp',
    passwordHeading: 'Enter your personal password',
    passwordLabel: 'Personal password',
    passwordHint: 'In the simulator: qwer1234',
    waitingHeading: 'Waiting for the eID',
    waitingBody: 'This ends by itself when the time is up.',
    next: 'Next',
    finish: (signs) => (signs ? 'Sign' : 'Identify'),
    back: 'Back',
    cancel: 'Cancel',
    errorPrefix: 'Error: ',
    faults: {
      empty: 'Fill in this field.',
      not_eleven_digits: 'A national identity number has 11 digits. Check that all are there.',
      wrong_check_digits: 'The check digits do not match. See whether two digits are swapped.',
      not_synthetic: 'This could be a real person’s number. Use a test person or a synthetic number.',
      wrong_code: 'The code is wrong.',
      wrong_password: 'The password is wrong.',
    },
    triesLeft: (count) => (count === 1 ? 'You have one try left.' : `You have ${count} tries left.`),
    certificateOf: (name) => `Personal certificate: ${name}`,
    doneHeading: 'Done',
    endedHeading: 'Ended',
    continueTo: (merchant) => `Continue to ${merchant}`,
    outcomesHeading: 'Test outcomes',
    outcomesIntro: 'Type one of these words in place of the one-time code:',
    outcomes: [
      ['otp', 'the right code'],
      ['blocked', 'the BankID is blocked'],
      ['revoked', 'the BankID was revoked'],
      ['expired', 'the BankID has expired'],
      ['unknown', 'the person has no BankID'],
      ['timeout', 'the time runs out after a while'],
      ['down', 'BankID is unavailable'],
      ['error', 'an unknown error'],
      ['cancel', 'the person cancels'],
    ],
    testPerson: 'Test person: 05128938534 (John Doe). Synthetic national numbers work too.',
    expiredHeading: 'This login is no longer open',
    expiredBody: 'It has ended, or it took too long. Go back to the page you came from and start again.',
    refusedHeading: 'The request cannot be handled',
    refusedBody: 'The page you came from sent a request that is not accepted. Whoever runs it needs this code:',
  },
};

/** Picks Norwegian or English from `ui_locales` (OpenID Connect Core §3.1.2.1), else from `Accept-Language`, else Norwegian. */
export function chooseLanguage(uiLocales: string | undefined, acceptLanguage: string | undefined): Language {
  const wanted = [...(uiLocales ?? '').split(' '), ...(acceptLanguage ?? '').split(',')];
  for (const tag of wanted) {
    const primary = tag.trim().slice(0, 2).toLowerCase();
    if (primary === 'en') return 'en';
    if (['no', 'nb', 'nn'].includes(primary)) return 'no';
  }
  return uiLocales || acceptLanguage ? 'en' : 'no';
}
