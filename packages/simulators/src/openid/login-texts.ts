export type Language = 'no' | 'en' | 'da' | 'fi';

/** What every eID's pages say. */
export interface LoginTexts {
  lang: string;
  /** The language's own name. */
  name: string;
  simulatorNotice: string;
  identifyTo: string;
  signFor: string;
  progress: (step: number, steps: number) => string;
  waitingHeading: string;
  waitingBody: string;
  next: string;
  finish: (signs: boolean) => string;
  back: string;
  cancel: string;
  errorPrefix: string;
  faults: Record<'empty' | 'wrong_code' | 'wrong_password' | 'not_found', string>;
  triesLeft: (count: number) => string;
  loggedInAs: (name: string) => string;
  doneHeading: string;
  endedHeading: string;
  continueTo: (merchant: string) => string;
  outcomesHeading: string;
  outcomesIntro: string;
  rightCode: string;
  /** Words that can be typed at every eID, and what comes of them. */
  outcomes: readonly (readonly [word: string, outcome: string])[];
  expiredHeading: string;
  expiredBody: string;
  refusedHeading: string;
  refusedBody: string;
}

export const loginTexts: Record<Language, LoginTexts> = {
  no: {
    lang: 'nb',
    name: 'Norsk',
    simulatorNotice: 'Bare for test. Ikke skriv inn opplysninger om virkelige personer.',
    identifyTo: 'Identifiser deg for',
    signFor: 'Signer for',
    progress: (step, steps) => `Steg ${step} av ${steps}`,
    waitingHeading: 'Venter på eID-en',
    waitingBody: 'Dette avsluttes av seg selv når tiden er ute.',
    next: 'Neste',
    finish: (signs) => (signs ? 'Signer' : 'Identifiser'),
    back: 'Tilbake',
    cancel: 'Avbryt',
    errorPrefix: 'Feil: ',
    faults: {
      empty: 'Fyll ut feltet.',
      wrong_code: 'Koden er feil.',
      wrong_password: 'Passordet er feil.',
      not_found: 'Det finnes ingen slik testperson.',
    },
    triesLeft: (count) => (count === 1 ? 'Du har ett forsøk igjen.' : `Du har ${count} forsøk igjen.`),
    loggedInAs: (name) => `Personlig sertifikat: ${name}`,
    doneHeading: 'Ferdig',
    endedHeading: 'Avsluttet',
    continueTo: (merchant) => `Fortsett til ${merchant}`,
    outcomesHeading: 'Testutfall',
    outcomesIntro: 'Skriv ett av disse ordene i stedet for koden:',
    rightCode: 'riktig kode',
    outcomes: [
      ['blocked', 'eID-en er sperret'],
      ['revoked', 'eID-en er trukket tilbake'],
      ['expired', 'eID-en er utløpt'],
      ['unknown', 'personen har ingen slik eID'],
      ['timeout', 'tiden går ut etter en stund'],
      ['down', 'eID-en er utilgjengelig'],
      ['error', 'ukjent feil'],
      ['cancel', 'personen avbryter'],
    ],
    expiredHeading: 'Innloggingen er ikke lenger åpen',
    expiredBody: 'Den er avsluttet, eller den tok for lang tid. Gå tilbake til siden du kom fra, og start på nytt.',
    refusedHeading: 'Forespørselen kan ikke behandles',
    refusedBody: 'Siden du kom fra, sendte en forespørsel som ikke godtas. Den som driver siden, trenger denne koden:',
  },
  en: {
    lang: 'en',
    name: 'English',
    simulatorNotice: 'For tests only. Do not type in details of real people.',
    identifyTo: 'Identify yourself to',
    signFor: 'Sign for',
    progress: (step, steps) => `Step ${step} of ${steps}`,
    waitingHeading: 'Waiting for the eID',
    waitingBody: 'This ends by itself when the time is up.',
    next: 'Next',
    finish: (signs) => (signs ? 'Sign' : 'Identify'),
    back: 'Back',
    cancel: 'Cancel',
    errorPrefix: 'Error: ',
    faults: {
      empty: 'Fill in this field.',
      wrong_code: 'The code is wrong.',
      wrong_password: 'The password is wrong.',
      not_found: 'There is no such test person.',
    },
    triesLeft: (count) => (count === 1 ? 'You have one try left.' : `You have ${count} tries left.`),
    loggedInAs: (name) => `Recognised as ${name}`,
    doneHeading: 'Done',
    endedHeading: 'Ended',
    continueTo: (merchant) => `Continue to ${merchant}`,
    outcomesHeading: 'Test outcomes',
    outcomesIntro: 'Type one of these words in place of the code:',
    rightCode: 'the right code',
    outcomes: [
      ['blocked', 'the eID is blocked'],
      ['revoked', 'the eID was revoked'],
      ['expired', 'the eID has expired'],
      ['unknown', 'the person has no such eID'],
      ['timeout', 'the time runs out after a while'],
      ['down', 'the eID is unavailable'],
      ['error', 'an unknown error'],
      ['cancel', 'the person cancels'],
    ],
    expiredHeading: 'This login is no longer open',
    expiredBody: 'It has ended, or it took too long. Go back to the page you came from and start again.',
    refusedHeading: 'The request cannot be handled',
    refusedBody: 'The page you came from sent a request that is not accepted. Whoever runs it needs this code:',
  },
  da: {
    lang: 'da',
    name: 'Dansk',
    simulatorNotice: 'Kun til test. Skriv ikke oplysninger om virkelige personer.',
    identifyTo: 'Log på hos',
    signFor: 'Underskriv for',
    progress: (step, steps) => `Trin ${step} af ${steps}`,
    waitingHeading: 'Venter på eID’et',
    waitingBody: 'Det slutter af sig selv, når tiden er gået.',
    next: 'Fortsæt',
    finish: (signs) => (signs ? 'Underskriv' : 'Godkend'),
    back: 'Tilbage',
    cancel: 'Afbryd',
    errorPrefix: 'Fejl: ',
    faults: {
      empty: 'Udfyld feltet.',
      wrong_code: 'Koden er forkert.',
      wrong_password: 'Adgangskoden er forkert.',
      not_found: 'Der findes ingen sådan testperson.',
    },
    triesLeft: (count) => (count === 1 ? 'Du har ét forsøg tilbage.' : `Du har ${count} forsøg tilbage.`),
    loggedInAs: (name) => `Logger på som ${name}`,
    doneHeading: 'Færdig',
    endedHeading: 'Afsluttet',
    continueTo: (merchant) => `Fortsæt til ${merchant}`,
    outcomesHeading: 'Testudfald',
    outcomesIntro: 'Skriv et af disse ord i stedet for koden:',
    rightCode: 'den rigtige kode',
    outcomes: [
      ['blocked', 'eID’et er spærret'],
      ['revoked', 'eID’et er tilbagekaldt'],
      ['expired', 'eID’et er udløbet'],
      ['unknown', 'personen har intet sådant eID'],
      ['timeout', 'tiden løber ud efter lidt'],
      ['down', 'eID’et er utilgængeligt'],
      ['error', 'ukendt fejl'],
      ['cancel', 'personen afbryder'],
    ],
    expiredHeading: 'Login er ikke længere åbent',
    expiredBody: 'Det er afsluttet, eller det tog for lang tid. Gå tilbage til den side, du kom fra, og start forfra.',
    refusedHeading: 'Forespørgslen kan ikke behandles',
    refusedBody:
      'Siden, du kom fra, sendte en forespørgsel, som ikke godtages. Den, der driver siden, skal bruge koden:',
  },
  fi: {
    lang: 'fi',
    name: 'Suomi',
    simulatorNotice: 'Vain testikäyttöön. Älä syötä oikeiden henkilöiden tietoja.',
    identifyTo: 'Tunnistaudu palveluun',
    signFor: 'Allekirjoita palvelussa',
    progress: (step, steps) => `Vaihe ${step}/${steps}`,
    waitingHeading: 'Odotetaan tunnistuspalvelua',
    waitingBody: 'Odotus päättyy itsestään, kun aika on kulunut.',
    next: 'Jatka',
    finish: (signs) => (signs ? 'Allekirjoita' : 'Hyväksy'),
    back: 'Takaisin',
    cancel: 'Keskeytä',
    errorPrefix: 'Virhe: ',
    faults: {
      empty: 'Täytä kenttä.',
      wrong_code: 'Koodi on väärä.',
      wrong_password: 'Salasana on väärä.',
      not_found: 'Testihenkilöä ei ole.',
    },
    triesLeft: (count) => (count === 1 ? 'Yksi yritys jäljellä.' : `${count} yritystä jäljellä.`),
    loggedInAs: (name) => `Tunnistettu henkilö: ${name}`,
    doneHeading: 'Valmis',
    endedHeading: 'Päättynyt',
    continueTo: (merchant) => `Jatka palveluun ${merchant}`,
    outcomesHeading: 'Testitulokset',
    outcomesIntro: 'Kirjoita jokin näistä sanoista koodin sijaan:',
    rightCode: 'oikea koodi',
    outcomes: [
      ['blocked', 'tunnistusväline on lukittu'],
      ['revoked', 'tunnistusväline on peruttu'],
      ['expired', 'tunnistusväline on vanhentunut'],
      ['unknown', 'henkilöllä ei ole tunnistusvälinettä'],
      ['timeout', 'aika loppuu hetken kuluttua'],
      ['down', 'tunnistuspalvelu ei ole käytettävissä'],
      ['error', 'tuntematon virhe'],
      ['cancel', 'henkilö keskeyttää'],
    ],
    expiredHeading: 'Tunnistautuminen ei ole enää auki',
    expiredBody: 'Se on päättynyt tai kesti liian kauan. Palaa edelliselle sivulle ja aloita alusta.',
    refusedHeading: 'Pyyntöä ei voida käsitellä',
    refusedBody: 'Sivu, jolta tulit, lähetti pyynnön, jota ei hyväksytä. Sivun ylläpitäjä tarvitsee tämän koodin:',
  },
};

const languageOfTag: Record<string, Language> = { en: 'en', no: 'no', nb: 'no', nn: 'no', da: 'da', fi: 'fi' };

/**
 * The first of the eID's languages that `ui_locales` (OpenID Connect Core §3.1.2.1), else `Accept-Language` asks for. Whoever
 * asks for others gets English, whoever asks for none the eID's own.
 */
export function chooseLanguage(
  offered: readonly Language[],
  uiLocales: string | undefined,
  acceptLanguage: string | undefined,
): Language {
  for (const tag of [...(uiLocales ?? '').split(' '), ...(acceptLanguage ?? '').split(',')]) {
    const language = languageOfTag[tag.trim().slice(0, 2).toLowerCase()];
    if (language && offered.includes(language)) return language;
  }
  return uiLocales || acceptLanguage ? 'en' : offered[0]!;
}
