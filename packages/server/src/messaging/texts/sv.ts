import type { MessageTexts } from '../message-texts.ts';

export const swedish: MessageTexts = {
  lang: 'sv',
  kinds: {
    request: {
      subject: '{account-name} ber dig skriva under ”{document-title}”',
      text: 'Du har fått ett dokument att läsa och skriva under. Det tar ungefär två minuter, och du behöver din e-legitimation.\n\nSkriv under senast **{deadline}**.',
      sms: '{account-name} ber dig skriva under ”{document-title}” senast {deadline}. Läs och skriv under: {url}',
      heading: (accountName) => `${accountName} ber dig skriva under`,
      button: 'Läs och skriv under',
    },
    reminder: {
      subject: 'Påminnelse: {account-name} väntar på att du skriver under ”{document-title}”',
      text: 'Du har inte skrivit under det här dokumentet än. Det tar ungefär två minuter, och du behöver din e-legitimation.\n\nSkriv under senast **{deadline}**.',
      sms: 'Påminnelse: {account-name} väntar på att du skriver under ”{document-title}” senast {deadline}. Läs och skriv under: {url}',
      heading: (accountName) => `${accountName} påminner dig om att skriva under`,
      button: 'Läs och skriv under',
    },
    signatureReceipt: {
      subject: 'Du har skrivit under ”{document-title}”',
      text: 'Tack, {signed-name}. Du skrev under dokumentet {signed-date} kl. {signed-time} med {signature-method}.',
      sms: 'Du har skrivit under ”{document-title}” från {account-name} {signed-date} kl. {signed-time}.',
      heading: (accountName) => `Du har skrivit under för ${accountName}`,
      button: 'Öppna dokumentet',
    },
    finalReceipt: {
      subject: '”{document-title}” är underskrivet',
      text: 'Alla underskrifter är på plats. Den sista gjordes {signed-date} kl. {signed-time}.',
      sms: '”{document-title}” från {account-name} har skrivits under av alla som behövdes.',
      heading: (accountName) => `Underskrivet för ${accountName}`,
      button: 'Öppna dokumentet',
    },
    canceled: {
      subject: '{account-name} har återkallat ”{document-title}”',
      text: 'Det här dokumentet har återkallats. Det går inte längre att skriva under, och du behöver inte göra något.',
      sms: '{account-name} har återkallat ”{document-title}”. Det går inte längre att skriva under.',
      heading: (accountName) => `Återkallat av ${accountName}`,
      button: 'Se vad som har hänt',
    },
    expired: {
      subject: 'Tiden för att skriva under ”{document-title}” har gått ut',
      text: 'Tiden för att skriva under gick ut **{deadline}**. Det går inte längre att skriva under.',
      sms: 'Tiden för ”{document-title}” från {account-name} har gått ut. Det går inte längre att skriva under.',
      heading: (accountName) => `${accountName} bad dig skriva under`,
      button: 'Se vad som har hänt',
    },
  },
  aboutLabel: 'Om dokumentet',
  deadlineLabel: 'Skriv under senast',
  contactHeading: 'Har du frågor om dokumentet?',
  addressHint: 'Om knappen inte fungerar kan du öppna den här adressen:',
  personalLink: (accountName) =>
    `Du får det här meddelandet eftersom ${accountName} har angett dig som undertecknare. Länken är bara din, så skicka den inte vidare.`,
  namedByAccount: (accountName) => `Du får det här meddelandet eftersom ${accountName} vill att du ska få veta.`,
  attachmentLabel: 'Bifogat',
  testName: 'TEST',
  testNote: 'Det här är ett test. Underskrifter har ingen rättsverkan.',
  untitled: 'Ett dokument',
};
