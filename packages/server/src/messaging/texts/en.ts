import type { MessageTexts } from '../message-texts.ts';

export const english: MessageTexts = {
  lang: 'en',
  kinds: {
    request: {
      subject: '{account-name} asks you to sign “{document-title}”',
      text: 'You have been asked to read and sign a document. It takes about two minutes, and you need your eID.\n\nPlease do it before **{deadline}**.',
      sms: '{account-name} asks you to sign “{document-title}” before {deadline}. Read and sign: {url}',
      heading: (accountName) => `${accountName} asks you to sign`,
      button: 'Read and sign',
    },
    reminder: {
      subject: 'Reminder: {account-name} waits for you to sign “{document-title}”',
      text: 'You have not signed this document yet. It takes about two minutes, and you need your eID.\n\nYou can do it until **{deadline}**.',
      sms: 'Reminder: {account-name} waits for you to sign “{document-title}” before {deadline}. Read and sign: {url}',
      heading: (accountName) => `${accountName} reminds you to sign`,
      button: 'Read and sign',
    },
    signatureReceipt: {
      subject: 'You have signed “{document-title}”',
      text: 'Thank you, {signed-name}. You signed this document on {signed-date} at {signed-time} with {signature-method}.',
      sms: 'You have signed “{document-title}” from {account-name} on {signed-date} at {signed-time}.',
      heading: (accountName) => `You have signed for ${accountName}`,
      button: 'Open the document',
    },
    finalReceipt: {
      subject: '“{document-title}” is signed',
      text: 'All signatures are there. The last one was made on {signed-date} at {signed-time}.',
      sms: '“{document-title}” from {account-name} has been signed by everybody who was needed.',
      heading: (accountName) => `Signed for ${accountName}`,
      button: 'Open the document',
    },
    canceled: {
      subject: '{account-name} has cancelled “{document-title}”',
      text: 'This document has been cancelled. It can no longer be signed, and you need not do anything.',
      sms: '{account-name} has cancelled “{document-title}”. It can no longer be signed.',
      heading: (accountName) => `Cancelled by ${accountName}`,
      button: 'See what happened',
    },
    expired: {
      subject: 'The time to sign “{document-title}” is over',
      text: 'The deadline for this document was **{deadline}**. It can no longer be signed.',
      sms: 'The deadline for “{document-title}” from {account-name} has passed. It can no longer be signed.',
      heading: (accountName) => `${accountName} asked you to sign`,
      button: 'See what happened',
    },
  },
  aboutLabel: 'About the document',
  deadlineLabel: 'Sign before',
  contactHeading: 'Questions about the document?',
  addressHint: 'If the button does not work, open this address:',
  personalLink: (accountName) =>
    `You get this message because ${accountName} named you as a signer. The link is yours alone, so please do not pass it on.`,
  namedByAccount: (accountName) => `You get this message because ${accountName} wants you to be told.`,
  attachmentLabel: 'Attached',
  testName: 'TEST',
  testNote: 'This is a test. Signatures have no legal effect.',
  untitled: 'A document',
};
