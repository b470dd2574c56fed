import type { HowSigned } from './how-signed.ts';

/** Words of the evidence pages; `{…}` are filled in by the page. */
export interface EvidenceTexts {
  locale: string;
  heading: string;
  lead: string;
  /** Of pages that are a file of their own. */
  leadApart: string;
  /** Of a page that stands in front of the document. */
  leadInFront: string;
  document: string;
  title: string;
  fileName: string;
  pages: string;
  sha256: string;
  externalId: string;
  documentId: string;
  sender: string;
  signers: string;
  signedBy: string;
  method: string;
  how: Record<HowSigned, string>;
  time: string;
  personId: string;
  nationalNumber: string;
  address: string;
  picture: string;
  history: string;
  kinds: Record<string, string>;
  verifyHeading: string;
  verify: string;
  verifyApart: string;
  page: string;
  test: string;
}

const english: EvidenceTexts = {
  locale: 'en-GB',
  heading: 'Signatures',
  lead: 'These pages were added after the document was signed. The document itself comes before them, unchanged.',
  leadApart:
    'These pages are about a document that others had signed before. They are a file of their own, so that the earlier signatures stay as they were.',
  leadInFront: 'This page was added after the document was signed. The document itself follows, unchanged.',
  document: 'Document',
  title: 'Title',
  fileName: 'File',
  pages: 'Pages',
  sha256: 'SHA-256',
  externalId: 'Reference',
  documentId: 'Document id',
  sender: 'Sent by',
  signers: 'Signers',
  signedBy: 'Signed by',
  method: 'Method',
  how: {
    eid: '{method}',
    accepted: '{method}: logged in and accepted',
    handwritten: 'Handwritten; name as written, no eID',
    handwritten_after_login: '{method}: logged in and signed by hand',
  },
  time: 'Time',
  personId: 'Id at the eID',
  nationalNumber: 'National identity number',
  address: 'IP address',
  picture: 'Handwritten signature',
  history: 'What happened',
  kinds: {
    document_created: 'The document was created',
    document_changed: 'The sender changed the document’s settings or texts',
    link_opened: '{signer} opened the link',
    document_read: '{signer} reached the end of the document',
    signer_added: 'The sender added a signer',
    signer_changed: 'The sender changed a signer',
    signer_deleted: 'The sender removed a signer',
    attachment_added: 'The sender added an attachment',
    attachment_changed: 'The sender changed an attachment',
    attachment_deleted: 'The sender removed an attachment',
    attachment_opened: '{signer} opened an attachment',
    attachment_accepted: '{signer} accepted an attachment',
    authentication_started: 'Somebody with the link of {signer} began to prove who they are, with {method}',
    code_sent: 'A code was sent to the mobile of {signer}',
    authentication_passed: '{signer} proved who they are',
    authentication_failed: 'Somebody with the link of {signer} did not prove to be {signer}',
    dialog_accepted: '{signer} went on from the dialog before the document',
    method_chosen: '{signer} chose {method}',
    signing_started: '{signer} went to the eID to sign',
    identified: '{signer} logged in with {method}',
    signing_canceled: '{signer} stopped at the eID',
    signing_failed: 'An attempt by {signer} failed',
    signed: '{signer} signed with {method}',
    signed_by_acceptance: '{signer} accepted and signed the document',
    signed_by_hand: '{signer} signed by hand',
    native_time_stamped: 'The seal of the signature by {signer} got its time-stamp',
    receipt_shown: '{signer} saw the receipt',
  },
  verifyHeading: 'How to check this file',
  verify:
    'Open it in a PDF reader that shows signatures, or in any validator for PAdES. The first signature certifies the document as it was packaged; ' +
    'then follows one signature per signer, made with a certificate for that act alone; the last is a time-stamp. What each eID itself produced is attached.',
  verifyApart:
    'Open it in a PDF reader that shows signatures, or in any validator for PAdES: the sender certifies these pages. The signed document is another file; ' +
    'the SHA-256 above is that of its bytes before these people signed it. What each eID itself produced is attached here.',
  page: 'Signatures, page {page} of {pages}',
  test: 'TEST: no legal effect',
};

const norwegian: EvidenceTexts = {
  locale: 'nb-NO',
  heading: 'Signaturer',
  lead: 'Disse sidene ble lagt til etter at dokumentet var signert. Selve dokumentet står foran dem, uendret.',
  leadApart:
    'Disse sidene handler om et dokument som andre hadde signert fra før. De er en egen fil, slik at de tidligere signaturene står som de var.',
  leadInFront: 'Denne siden ble lagt til etter at dokumentet var signert. Selve dokumentet følger etter den, uendret.',
  document: 'Dokument',
  title: 'Tittel',
  fileName: 'Fil',
  pages: 'Sider',
  sha256: 'SHA-256',
  externalId: 'Referanse',
  documentId: 'Dokument-id',
  sender: 'Sendt av',
  signers: 'Underskrivere',
  signedBy: 'Signert av',
  method: 'Metode',
  how: {
    eid: '{method}',
    accepted: '{method}: logget inn og godtatt',
    handwritten: 'Håndskrevet; navn som skrevet, uten eID',
    handwritten_after_login: '{method}: logget inn og signert for hånd',
  },
  time: 'Tid',
  personId: 'Id hos eID-en',
  nationalNumber: 'Fødselsnummer',
  address: 'IP-adresse',
  picture: 'Håndskrevet signatur',
  history: 'Hva som skjedde',
  kinds: {
    document_created: 'Dokumentet ble opprettet',
    document_changed: 'Avsenderen endret dokumentets innstillinger eller tekster',
    link_opened: '{signer} åpnet lenken',
    document_read: '{signer} leste til slutten av dokumentet',
    signer_added: 'Avsenderen la til en underskriver',
    signer_changed: 'Avsenderen endret en underskriver',
    signer_deleted: 'Avsenderen fjernet en underskriver',
    attachment_added: 'Avsenderen la til et vedlegg',
    attachment_changed: 'Avsenderen endret et vedlegg',
    attachment_deleted: 'Avsenderen fjernet et vedlegg',
    attachment_opened: '{signer} åpnet et vedlegg',
    attachment_accepted: '{signer} godtok et vedlegg',
    authentication_started: 'En person med lenken til {signer} begynte å legitimere seg med {method}',
    code_sent: 'En kode ble sendt til mobilen til {signer}',
    authentication_passed: '{signer} legitimerte seg',
    authentication_failed: 'En person med lenken til {signer} kunne ikke legitimere seg som {signer}',
    dialog_accepted: '{signer} gikk videre fra dialogen før dokumentet',
    method_chosen: '{signer} valgte {method}',
    signing_started: '{signer} gikk til eID-en for å signere',
    identified: '{signer} logget inn med {method}',
    signing_canceled: '{signer} avbrøt hos eID-en',
    signing_failed: 'Et forsøk av {signer} mislyktes',
    signed: '{signer} signerte med {method}',
    signed_by_acceptance: '{signer} godtok og signerte dokumentet',
    signed_by_hand: '{signer} signerte for hånd',
    native_time_stamped: 'Forseglingen av signaturen til {signer} fikk sitt tidsstempel',
    receipt_shown: '{signer} så kvitteringen',
  },
  verifyHeading: 'Slik kontrolleres filen',
  verify:
    'Åpne den i en PDF-leser som viser signaturer, eller i et valideringsverktøy for PAdES. Den første signaturen sertifiserer dokumentet slik det ble pakket; ' +
    'deretter følger én signatur per underskriver, laget med et sertifikat for nettopp den handlingen; den siste er et tidsstempel. Det eID-ene selv laget, ligger ved.',
  verifyApart:
    'Åpne den i en PDF-leser som viser signaturer, eller i et valideringsverktøy for PAdES: avsenderen sertifiserer disse sidene. Det signerte dokumentet er en annen fil; ' +
    'SHA-256 ovenfor gjelder innholdet slik det var før disse personene signerte. Det eID-ene selv laget, ligger ved her.',
  page: 'Signaturer, side {page} av {pages}',
  test: 'TEST: uten rettslig virkning',
};

const danish: EvidenceTexts = {
  locale: 'da-DK',
  heading: 'Underskrifter',
  lead: 'Disse sider blev tilføjet, efter at dokumentet var underskrevet. Selve dokumentet står foran dem, uændret.',
  leadApart:
    'Disse sider handler om et dokument, som andre allerede havde underskrevet. De er en fil for sig, så de tidligere underskrifter forbliver, som de var.',
  leadInFront:
    'Denne side blev tilføjet, efter at dokumentet var underskrevet. Selve dokumentet følger efter den, uændret.',
  document: 'Dokument',
  title: 'Titel',
  fileName: 'Fil',
  pages: 'Sider',
  sha256: 'SHA-256',
  externalId: 'Reference',
  documentId: 'Dokument-id',
  sender: 'Sendt af',
  signers: 'Underskrivere',
  signedBy: 'Underskrevet af',
  method: 'Metode',
  how: {
    eid: '{method}',
    accepted: '{method}: logget ind og accepteret',
    handwritten: 'Håndskrevet; navn som skrevet, uden eID',
    handwritten_after_login: '{method}: logget ind og underskrevet i hånden',
  },
  time: 'Tid',
  personId: 'Id hos eID-tjenesten',
  nationalNumber: 'Personnummer',
  address: 'IP-adresse',
  picture: 'Håndskrevet underskrift',
  history: 'Hvad der skete',
  kinds: {
    document_created: 'Dokumentet blev oprettet',
    document_changed: 'Afsenderen ændrede dokumentets indstillinger eller tekster',
    link_opened: '{signer} åbnede linket',
    document_read: '{signer} nåede til dokumentets slutning',
    signer_added: 'Afsenderen tilføjede en underskriver',
    signer_changed: 'Afsenderen ændrede en underskriver',
    signer_deleted: 'Afsenderen fjernede en underskriver',
    attachment_added: 'Afsenderen tilføjede et bilag',
    attachment_changed: 'Afsenderen ændrede et bilag',
    attachment_deleted: 'Afsenderen fjernede et bilag',
    attachment_opened: '{signer} åbnede et bilag',
    attachment_accepted: '{signer} accepterede et bilag',
    authentication_started: 'En person med linket til {signer} begyndte at legitimere sig med {method}',
    code_sent: 'En kode blev sendt til {signer}s mobil',
    authentication_passed: '{signer} legitimerede sig',
    authentication_failed: 'En person med linket til {signer} kunne ikke legitimere sig som {signer}',
    dialog_accepted: '{signer} gik videre fra dialogen før dokumentet',
    method_chosen: '{signer} valgte {method}',
    signing_started: '{signer} gik til eID-tjenesten for at underskrive',
    identified: '{signer} loggede ind med {method}',
    signing_canceled: '{signer} afbrød hos eID-tjenesten',
    signing_failed: 'Et forsøg af {signer} mislykkedes',
    signed: '{signer} underskrev med {method}',
    signed_by_acceptance: '{signer} accepterede og underskrev dokumentet',
    signed_by_hand: '{signer} underskrev i hånden',
    native_time_stamped: 'Forseglingen af {signer}s underskrift fik sit tidsstempel',
    receipt_shown: '{signer} så kvitteringen',
  },
  verifyHeading: 'Sådan kontrolleres filen',
  verify:
    'Åbn den i en PDF-læser, der viser underskrifter, eller i et valideringsværktøj til PAdES. Den første underskrift certificerer dokumentet, som det blev pakket; ' +
    'derefter følger én underskrift pr. underskriver, lavet med et certifikat til netop den handling; den sidste er et tidsstempel. Det, som eID-tjenesterne selv har udstedt, er vedhæftet.',
  verifyApart:
    'Åbn den i en PDF-læser, der viser underskrifter, eller i et valideringsværktøj til PAdES: afsenderen certificerer disse sider. Det underskrevne dokument er en anden fil; ' +
    'SHA-256 ovenfor gælder indholdet, som det var, før disse personer skrev under. Det, som eID-tjenesterne selv har udstedt, er vedhæftet her.',
  page: 'Underskrifter, side {page} af {pages}',
  test: 'TEST: uden retsvirkning',
};

const swedish: EvidenceTexts = {
  locale: 'sv-SE',
  heading: 'Underskrifter',
  lead: 'De här sidorna lades till efter att dokumentet hade undertecknats. Själva dokumentet står före dem, oförändrat.',
  leadApart:
    'De här sidorna gäller ett dokument som andra redan hade undertecknat. De är en egen fil, så att de tidigare underskrifterna förblir som de var.',
  leadInFront:
    'Den här sidan lades till efter att dokumentet hade undertecknats. Själva dokumentet följer efter den, oförändrat.',
  document: 'Dokument',
  title: 'Titel',
  fileName: 'Fil',
  pages: 'Sidor',
  sha256: 'SHA-256',
  externalId: 'Referens',
  documentId: 'Dokument-id',
  sender: 'Skickat av',
  signers: 'Undertecknare',
  signedBy: 'Undertecknat av',
  method: 'Metod',
  how: {
    eid: '{method}',
    accepted: '{method}: inloggad och godkänt',
    handwritten: 'Handskrivet; namn som skrivet, utan e-legitimation',
    handwritten_after_login: '{method}: inloggad och undertecknat för hand',
  },
  time: 'Tid',
  personId: 'Id hos e-legitimationen',
  nationalNumber: 'Personnummer',
  address: 'IP-adress',
  picture: 'Handskriven underskrift',
  history: 'Vad som hände',
  kinds: {
    document_created: 'Dokumentet skapades',
    document_changed: 'Avsändaren ändrade dokumentets inställningar eller texter',
    link_opened: '{signer} öppnade länken',
    document_read: '{signer} läste till dokumentets slut',
    signer_added: 'Avsändaren lade till en undertecknare',
    signer_changed: 'Avsändaren ändrade en undertecknare',
    signer_deleted: 'Avsändaren tog bort en undertecknare',
    attachment_added: 'Avsändaren lade till en bilaga',
    attachment_changed: 'Avsändaren ändrade en bilaga',
    attachment_deleted: 'Avsändaren tog bort en bilaga',
    attachment_opened: '{signer} öppnade en bilaga',
    attachment_accepted: '{signer} godkände en bilaga',
    authentication_started: 'En person med länken till {signer} började legitimera sig med {method}',
    code_sent: 'En kod skickades till mobilen som tillhör {signer}',
    authentication_passed: '{signer} legitimerade sig',
    authentication_failed: 'En person med länken till {signer} kunde inte legitimera sig som {signer}',
    dialog_accepted: '{signer} gick vidare från dialogen före dokumentet',
    method_chosen: '{signer} valde {method}',
    signing_started: '{signer} gick till e-legitimationen för att underteckna',
    identified: '{signer} loggade in med {method}',
    signing_canceled: '{signer} avbröt hos e-legitimationen',
    signing_failed: 'Ett försök av {signer} misslyckades',
    signed: '{signer} undertecknade med {method}',
    signed_by_acceptance: '{signer} godkände och undertecknade dokumentet',
    signed_by_hand: '{signer} undertecknade för hand',
    native_time_stamped: 'Förseglingen av underskriften av {signer} fick sin tidsstämpel',
    receipt_shown: '{signer} såg kvittot',
  },
  verifyHeading: 'Så kontrolleras filen',
  verify:
    'Öppna den i en PDF-läsare som visar underskrifter, eller i ett valideringsverktyg för PAdES. Den första underskriften certifierar dokumentet så som det paketerades; ' +
    'därefter följer en underskrift per undertecknare, gjord med ett certifikat för just den handlingen; den sista är en tidsstämpel. Det som e-legitimationerna själva har utfärdat är bifogat.',
  verifyApart:
    'Öppna den i en PDF-läsare som visar underskrifter, eller i ett valideringsverktyg för PAdES: avsändaren certifierar de här sidorna. Det undertecknade dokumentet är en annan fil; ' +
    'SHA-256 ovan gäller innehållet så som det var innan de här personerna undertecknade. Det som e-legitimationerna själva har utfärdat är bifogat här.',
  page: 'Underskrifter, sida {page} av {pages}',
  test: 'TEST: utan rättsverkan',
};

const finnish: EvidenceTexts = {
  locale: 'fi-FI',
  heading: 'Allekirjoitukset',
  lead: 'Nämä sivut on lisätty asiakirjan allekirjoittamisen jälkeen. Itse asiakirja on niiden edellä, muuttamattomana.',
  leadApart:
    'Nämä sivut koskevat asiakirjaa, jonka muut olivat jo allekirjoittaneet. Ne ovat erillinen tiedosto, jotta aiemmat allekirjoitukset säilyvät ennallaan.',
  leadInFront:
    'Tämä sivu on lisätty asiakirjan allekirjoittamisen jälkeen. Itse asiakirja on sen jäljessä, muuttamattomana.',
  document: 'Asiakirja',
  title: 'Otsikko',
  fileName: 'Tiedosto',
  pages: 'Sivuja',
  sha256: 'SHA-256',
  externalId: 'Viite',
  documentId: 'Asiakirjan tunnus',
  sender: 'Lähettäjä',
  signers: 'Allekirjoittajat',
  signedBy: 'Allekirjoittanut',
  method: 'Menetelmä',
  how: {
    eid: '{method}',
    accepted: '{method}: kirjautunut ja hyväksynyt',
    handwritten: 'Käsin kirjoitettu; nimi kuten kirjoitettu, ilman tunnistusta',
    handwritten_after_login: '{method}: kirjautunut ja allekirjoittanut käsin',
  },
  time: 'Aika',
  personId: 'Tunnus tunnistuspalvelussa',
  nationalNumber: 'Henkilötunnus',
  address: 'IP-osoite',
  picture: 'Käsin tehty allekirjoitus',
  history: 'Tapahtumat',
  kinds: {
    document_created: 'Asiakirja luotiin',
    document_changed: 'Lähettäjä muutti asiakirjan asetuksia tai tekstejä',
    link_opened: '{signer} avasi linkin',
    document_read: '{signer} luki asiakirjan loppuun',
    signer_added: 'Lähettäjä lisäsi allekirjoittajan',
    signer_changed: 'Lähettäjä muutti allekirjoittajan tietoja',
    signer_deleted: 'Lähettäjä poisti allekirjoittajan',
    attachment_added: 'Lähettäjä lisäsi liitteen',
    attachment_changed: 'Lähettäjä muutti liitettä',
    attachment_deleted: 'Lähettäjä poisti liitteen',
    attachment_opened: '{signer} avasi liitteen',
    attachment_accepted: '{signer} hyväksyi liitteen',
    authentication_started: 'Joku aloitti tunnistautumisen allekirjoittajan {signer} linkillä, menetelmä: {method}',
    code_sent: 'Koodi lähetettiin puhelimeen: {signer}',
    authentication_passed: '{signer} tunnistautui',
    authentication_failed: 'Joku ei pystynyt tunnistautumaan allekirjoittajaksi: {signer}',
    dialog_accepted: '{signer} jatkoi asiakirjaa edeltävästä ikkunasta',
    method_chosen: '{signer} valitsi menetelmän: {method}',
    signing_started: '{signer} siirtyi tunnistuspalveluun allekirjoittamaan',
    identified: '{signer} kirjautui, menetelmä: {method}',
    signing_canceled: '{signer} keskeytti tunnistuspalvelussa',
    signing_failed: 'Allekirjoitusyritys epäonnistui: {signer}',
    signed: '{signer} allekirjoitti, menetelmä: {method}',
    signed_by_acceptance: '{signer} hyväksyi ja allekirjoitti asiakirjan',
    signed_by_hand: '{signer} allekirjoitti käsin',
    native_time_stamped: 'Allekirjoittajan {signer} allekirjoituksen sinetti sai aikaleimansa',
    receipt_shown: '{signer} näki vahvistuksen',
  },
  verifyHeading: 'Näin tiedosto tarkistetaan',
  verify:
    'Avaa se PDF-lukijassa, joka näyttää allekirjoitukset, tai PAdES-tarkistusohjelmassa. Ensimmäinen allekirjoitus varmentaa asiakirjan sellaisena kuin se paketoitiin; ' +
    'sitten tulee yksi allekirjoitus allekirjoittajaa kohden, tehty vain sitä varten luodulla varmenteella; viimeinen on aikaleima. Tunnistuspalveluiden omat todisteet ovat liitteinä.',
  verifyApart:
    'Avaa se PDF-lukijassa, joka näyttää allekirjoitukset, tai PAdES-tarkistusohjelmassa: lähettäjä varmentaa nämä sivut. Allekirjoitettu asiakirja on toinen tiedosto; ' +
    'yllä oleva SHA-256 koskee sen sisältöä ennen näiden henkilöiden allekirjoituksia. Tunnistuspalveluiden omat todisteet ovat tässä liitteinä.',
  page: 'Allekirjoitukset, sivu {page}/{pages}',
  test: 'TESTI: ei oikeusvaikutusta',
};

const TEXTS: Record<string, EvidenceTexts> = {
  EN: english,
  NO: norwegian,
  DA: danish,
  SV: swedish,
  FI: finnish,
};

/** Texts in the wanted language; English where a language has none. */
export function evidenceTexts(language: string): EvidenceTexts {
  return TEXTS[language] ?? english;
}

/** The texts of the languages, each once. */
export function evidenceTextsOf(languages: readonly string[]): [EvidenceTexts, EvidenceTexts | undefined] {
  const [first = english, second] = [...new Set(languages.map(evidenceTexts))];
  return [first, second];
}
