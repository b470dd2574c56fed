import type { MessageTexts } from '../message-texts.ts';

/** Names are never inflected: a word of our own beside them takes the case ending. */
export const finnish: MessageTexts = {
  lang: 'fi',
  kinds: {
    request: {
      subject: '{account-name} pyytää sinua allekirjoittamaan asiakirjan ”{document-title}”',
      text: 'Olet saanut asiakirjan luettavaksi ja allekirjoitettavaksi. Se kestää noin kaksi minuuttia, ja tarvitset sähköisen tunnistusvälineen.\n\nMääräaika on **{deadline}**.',
      sms: '{account-name} pyytää sinua allekirjoittamaan asiakirjan ”{document-title}”. Määräaika: {deadline}. Lue ja allekirjoita: {url}',
      heading: (accountName) => `${accountName} pyytää sinua allekirjoittamaan`,
      button: 'Lue ja allekirjoita',
    },
    reminder: {
      subject: 'Muistutus: {account-name} odottaa, että allekirjoitat asiakirjan ”{document-title}”',
      text: 'Et ole vielä allekirjoittanut tätä asiakirjaa. Se kestää noin kaksi minuuttia, ja tarvitset sähköisen tunnistusvälineen.\n\nMääräaika on **{deadline}**.',
      sms: 'Muistutus: {account-name} odottaa, että allekirjoitat asiakirjan ”{document-title}”. Määräaika: {deadline}. Lue ja allekirjoita: {url}',
      heading: (accountName) => `${accountName} muistuttaa sinua allekirjoittamisesta`,
      button: 'Lue ja allekirjoita',
    },
    signatureReceipt: {
      subject: 'Olet allekirjoittanut asiakirjan ”{document-title}”',
      text: 'Kiitos, {signed-name}. Allekirjoitit tämän asiakirjan {signed-date} klo {signed-time}. Tapa: {signature-method}.',
      sms: 'Olet allekirjoittanut asiakirjan ”{document-title}” {signed-date} klo {signed-time}. Lähettäjä: {account-name}.',
      heading: (accountName) => `Olet allekirjoittanut asiakirjan. Lähettäjä: ${accountName}`,
      button: 'Avaa asiakirja',
    },
    finalReceipt: {
      subject: 'Asiakirja ”{document-title}” on allekirjoitettu',
      text: 'Kaikki allekirjoitukset on annettu. Viimeinen annettiin {signed-date} klo {signed-time}.',
      sms: 'Kaikki tarvittavat henkilöt ovat allekirjoittaneet asiakirjan ”{document-title}”. Lähettäjä: {account-name}.',
      heading: (accountName) => `Allekirjoitettu. Lähettäjä: ${accountName}`,
      button: 'Avaa asiakirja',
    },
    canceled: {
      subject: '{account-name} on perunut asiakirjan ”{document-title}”',
      text: 'Tämä asiakirja on peruttu. Sitä ei voi enää allekirjoittaa, eikä sinun tarvitse tehdä mitään.',
      sms: '{account-name} on perunut asiakirjan ”{document-title}”. Sitä ei voi enää allekirjoittaa.',
      heading: (accountName) => `${accountName} on perunut asiakirjan`,
      button: 'Katso, mitä tapahtui',
    },
    expired: {
      subject: 'Asiakirjan ”{document-title}” allekirjoitusaika on päättynyt',
      text: 'Tämän asiakirjan määräaika oli **{deadline}**. Sitä ei voi enää allekirjoittaa.',
      sms: 'Asiakirjan ”{document-title}” allekirjoitusaika on päättynyt. Sitä ei voi enää allekirjoittaa. Lähettäjä: {account-name}.',
      heading: (accountName) => `${accountName} pyysi sinua allekirjoittamaan`,
      button: 'Katso, mitä tapahtui',
    },
  },
  aboutLabel: 'Tietoja asiakirjasta',
  deadlineLabel: 'Määräaika',
  contactHeading: 'Onko sinulla kysyttävää asiakirjasta?',
  addressHint: 'Jos painike ei toimi, avaa tämä osoite:',
  personalLink: (accountName) =>
    `Saat tämän viestin, koska ${accountName} on nimennyt sinut allekirjoittajaksi. Linkki on vain sinua varten, joten älä välitä sitä muille.`,
  namedByAccount: (accountName) => `Saat tämän viestin, koska ${accountName} haluaa, että saat tiedon.`,
  attachmentLabel: 'Liitteenä',
  testName: 'TESTI',
  testNote: 'Tämä on testi. Allekirjoituksilla ei ole oikeusvaikutusta.',
  untitled: 'Asiakirja',
};
