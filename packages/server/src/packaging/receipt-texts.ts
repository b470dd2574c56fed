/** Words of a receipt, besides those of evidence pages; `{…}` are filled in by the page. */
export interface ReceiptTexts {
  heading: string;
  lead: string;
  signature: string;
  signedAlong: string;
  evidence: string;
  evidenceEntry: string;
  verify: string;
  page: string;
}

const english: ReceiptTexts = {
  heading: 'Receipt for a signature',
  lead: 'This says what {signer} has signed. It is not the signed document, which is made when everyone has signed.',
  signature: 'Signature',
  signedAlong: 'Attachments signed along (SHA-256)',
  evidence: 'Evidence',
  evidenceEntry: 'Entry {sequence}',
  verify:
    'The sender has certified this page, and a time-stamp tells when; any PDF reader that shows signatures checks both. ' +
    'The SHA-256 is that of the bytes that were signed. The hash of the evidence is in the log of the signed document: ' +
    'it covers everything up to this signature, so that nothing before it can be changed later.',
  page: 'Receipt, page {page} of {pages}',
};

const norwegian: ReceiptTexts = {
  heading: 'Kvittering for en signatur',
  lead: 'Her står det hva {signer} har signert. Dette er ikke det signerte dokumentet, som lages når alle har signert.',
  signature: 'Signatur',
  signedAlong: 'Vedlegg som er signert samtidig (SHA-256)',
  evidence: 'Bevis',
  evidenceEntry: 'Oppføring {sequence}',
  verify:
    'Avsenderen har sertifisert denne siden, og et tidsstempel viser når; enhver PDF-leser som viser signaturer, kontrollerer begge deler. ' +
    'SHA-256 gjelder innholdet som ble signert. Bevisets hash står i loggen til det signerte dokumentet: ' +
    'den dekker alt frem til denne signaturen, slik at ingenting før den kan endres senere.',
  page: 'Kvittering, side {page} av {pages}',
};

const danish: ReceiptTexts = {
  heading: 'Kvittering for en underskrift',
  lead: 'Her står, hvad {signer} har underskrevet. Det er ikke det underskrevne dokument, som laves, når alle har skrevet under.',
  signature: 'Underskrift',
  signedAlong: 'Bilag underskrevet samtidig (SHA-256)',
  evidence: 'Bevis',
  evidenceEntry: 'Post {sequence}',
  verify:
    'Afsenderen har certificeret denne side, og et tidsstempel viser hvornår; enhver PDF-læser, der viser underskrifter, kontrollerer begge dele. ' +
    'SHA-256 gælder det indhold, der blev underskrevet. Bevisets hash står i det underskrevne dokuments log: ' +
    'den dækker alt frem til denne underskrift, så intet før den kan ændres senere.',
  page: 'Kvittering, side {page} af {pages}',
};

const swedish: ReceiptTexts = {
  heading: 'Kvitto på en underskrift',
  lead: 'Här står vad {signer} har undertecknat. Det är inte det undertecknade dokumentet, som görs när alla har undertecknat.',
  signature: 'Underskrift',
  signedAlong: 'Bilagor som undertecknats samtidigt (SHA-256)',
  evidence: 'Bevis',
  evidenceEntry: 'Post {sequence}',
  verify:
    'Avsändaren har certifierat den här sidan, och en tidsstämpel visar när; varje PDF-läsare som visar underskrifter kontrollerar båda. ' +
    'SHA-256 gäller det innehåll som undertecknades. Bevisets hash finns i det undertecknade dokumentets logg: ' +
    'den täcker allt fram till den här underskriften, så att inget före den kan ändras i efterhand.',
  page: 'Kvitto, sida {page} av {pages}',
};

const finnish: ReceiptTexts = {
  heading: 'Vahvistus allekirjoituksesta',
  lead: 'Tästä näkyy, mitä {signer} on allekirjoittanut. Tämä ei ole allekirjoitettu asiakirja: se tehdään, kun kaikki ovat allekirjoittaneet.',
  signature: 'Allekirjoitus',
  signedAlong: 'Samalla allekirjoitetut liitteet (SHA-256)',
  evidence: 'Todiste',
  evidenceEntry: 'Merkintä {sequence}',
  verify:
    'Lähettäjä on varmentanut tämän sivun, ja aikaleima kertoo milloin; allekirjoitukset näyttävä PDF-lukija tarkistaa molemmat. ' +
    'SHA-256 koskee allekirjoitettua sisältöä. Todisteen tiiviste on allekirjoitetun asiakirjan lokissa: ' +
    'se kattaa kaiken tähän allekirjoitukseen asti, joten mitään sitä edeltävää ei voi muuttaa jälkikäteen.',
  page: 'Vahvistus, sivu {page}/{pages}',
};

const TEXTS: Record<string, ReceiptTexts> = { EN: english, NO: norwegian, DA: danish, SV: swedish, FI: finnish };

/** Texts in the wanted language; English where a language has none. */
export function receiptTexts(language: string): ReceiptTexts {
  return TEXTS[language] ?? english;
}
