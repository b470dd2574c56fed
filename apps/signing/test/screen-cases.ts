import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { View } from '../src/server/contract.ts';
import type { Scenario } from './fake-api.ts';
import { contract } from './sample-pdf.ts';

const busy = { status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '0.01' } };
const twoMethods = [
  { method: 'se_bankid', name: 'Swedish BankID', countryCode: 'SE' },
  { method: 'no_bankid_netcentric', name: 'BankID', countryCode: 'NO' },
];

export type ScreenCase = {
  scenario: Scenario;
  /** From the opened link to the screen. */
  reach?: (page: Page) => Promise<void>;
  /** The heading by which the screen is known, in both languages. */
  heading: [english: string, norwegian: string];
};

async function press(page: Page, ...names: [string, string]): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^(${names.join('|')})$`) }).click();
}

const toEid = (page: Page) => press(page, 'Continue to sign', 'Gå til signering');
const answer = (outcome: string) => async (page: Page) => {
  await toEid(page);
  await page.getByRole('link', { name: outcome }).click();
};
const drawn = async (page: Page) => {
  await page.locator('.pdf-page canvas').first().waitFor();
};
const fromOverview = (title: string) => async (page: Page) => {
  await page.getByRole('button', { name: title }).click();
  await drawn(page);
};
const openMenu = async (page: Page) => {
  await drawn(page);
  await press(page, 'Menu', 'Meny');
};
const stopped = (state: View['state'], view: Partial<View> = {}) => ({ view: { state, ...view } });
const title = 'Loan agreement 2026-114';
const attachment = (name: string, type: 'show_accept' | 'read_accept'): View['attachments'][number] => ({
  id: `01a20ce5-8e6c-72c1-b034-b4e24eada9${type === 'read_accept' ? '68' : '69'}`,
  title: name,
  fileName: 'attachment.pdf',
  type,
  sizeBytes: contract.length,
  sha256: 'b'.repeat(64),
  pageCount: 7,
  accepted: false,
});

const BY_CODE = { step: 'code' as const, methods: [], maskedNumber: '+47 ••• •• 123' };
const DIALOG = {
  title: 'Moving in',
  message: 'Please read the meter before you sign.\nHow: https://nordbank.example/meter',
  useCheckBox: true,
  accepted: false,
  fields: [
    { key: 'meter', description: 'Meter reading, five digits', type: 'Text' as const, required: true },
    { key: 'remark', description: 'Anything else?', type: 'Text' as const, required: false },
    { key: 'keys', description: 'I have received the keys', type: 'Checkbox' as const, required: false },
  ],
};

/** A line across the area, with the mouse. */
async function draw(page: Page): Promise<void> {
  const area = page.locator('.drawing__area');
  await area.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await area.boundingBox())!;
  await page.mouse.move(x + width * 0.1, y + height * 0.7);
  await page.mouse.down();
  for (let step = 1; step <= 20; step += 1) {
    await page.mouse.move(x + width * (0.1 + 0.04 * step), y + height * (0.5 + 0.3 * Math.sin(step)));
  }
  await page.mouse.up();
}

/** Every screen, by its name. */
export const screens: Record<string, ScreenCase> = {
  reading: { scenario: {}, reach: drawn, heading: [title, title] },
  'reading-after-leaving-the-eid': {
    scenario: {},
    reach: async (page) => {
      await answer('canceled')(page);
      await page.locator('.notice').waitFor();
      await drawn(page);
    },
    heading: [title, title],
  },
  'reading-long-words': {
    scenario: {
      view: {
        account: { name: 'Sparebanken Øvre Hallingdal og Numedalsvassdragets Eiendomskreditt ASA' },
        document: {
          title: 'Rammeavtale_om_levering_av_tømmer_2026-2031_endelig_versjon_3_(korrigert).pdf — tillegg og vedlegg',
          description: 'Please read annex A with care. It replaces the annex of 2019.',
          fileName: 'rammeavtale.pdf',
          format: 'pdf',
          sizeBytes: contract.length,
          sha256: 'a'.repeat(64),
          pageCount: 7,
        },
        theme: { colorTheme: 'Amber', themeMode: 'Default' },
      },
    },
    reach: drawn,
    heading: ['Rammeavtale_', 'Rammeavtale_'],
  },
  overview: {
    scenario: {
      view: {
        attachments: [
          { ...attachment('Price list', 'show_accept'), accepted: true },
          { ...attachment('House rules', 'read_accept'), description: 'Valid from January' },
        ],
      },
    },
    heading: ['2 documents need', '2 dokumenter venter'],
  },
  'overview-attachments-done': {
    scenario: { view: { attachments: [{ ...attachment('Annex A', 'show_accept'), type: 'sign', accepted: true }] } },
    heading: ['One document needs', 'Ett dokument venter'],
  },
  attachment: {
    scenario: { view: { attachments: [attachment('Price list', 'show_accept')] } },
    reach: fromOverview('Price list'),
    heading: ['Price list', 'Price list'],
  },
  'attachment-to-read': {
    scenario: { view: { attachments: [attachment('House rules', 'read_accept')] } },
    reach: async (page) => {
      await fromOverview('House rules')(page);
      await page.getByText(/^6 (pages left|sider igjen)/).waitFor();
      await press(page, 'Go to the end', 'Gå til slutten');
      await page.getByRole('checkbox').waitFor();
      await page.keyboard.press('Home');
    },
    heading: ['House rules', 'House rules'],
  },
  'attachment-gone': {
    scenario: {
      view: { attachments: [attachment('House rules', 'read_accept')] },
      instead: {
        [`GET /documents/${attachment('House rules', 'read_accept').id}/content`]: Array(2).fill({
          status: 404,
          body: {},
        }),
      },
    },
    reach: async (page) => {
      await page.getByRole('button', { name: 'House rules' }).click();
      await page.getByText('SA-1003').waitFor();
    },
    heading: ['House rules', 'House rules'],
  },
  'attachment-read': {
    scenario: { view: { attachments: [attachment('House rules', 'read_accept')] } },
    reach: async (page) => {
      await fromOverview('House rules')(page);
      await page.keyboard.press('End');
      await page.getByRole('checkbox').check();
    },
    heading: ['House rules', 'House rules'],
  },
  'attachment-signed-along': {
    scenario: { view: { attachments: [{ ...attachment('Annex A', 'show_accept'), type: 'sign' }] } },
    reach: fromOverview('Annex A'),
    heading: ['Annex A', 'Annex A'],
  },
  'reading-on-own-ground': {
    scenario: {
      view: { theme: { colorTheme: 'Teal', themeMode: 'Default', backgroundColor: '#2b4', spinner: 'Cubes' } },
    },
    reach: drawn,
    heading: [title, title],
  },
  'reading-without-bar': {
    scenario: { view: { theme: { colorTheme: 'Default', themeMode: 'Default', hideTopBar: true } } },
    reach: drawn,
    heading: [title, title],
  },
  'signed-without-bar-on-own-ground': {
    scenario: {
      view: {
        state: 'signed',
        remainingSigners: 2,
        theme: { colorTheme: 'Pink', themeMode: 'Default', hideTopBar: true, backgroundColor: '#123456' },
      },
    },
    heading: ['Signed\\.', 'Signert\\.'],
  },
  'session-ends-soon': {
    scenario: { view: { life: { expiresInSeconds: 100, endsInSeconds: 4000 } } },
    heading: ['Are you still there', 'Er du fortsatt der'],
  },
  'session-ends-for-good': {
    scenario: { view: { life: { expiresInSeconds: 100, endsInSeconds: 100 } } },
    heading: ['Time is running out', 'Tiden er snart ute'],
  },
  'document-not-shown': {
    scenario: { pdf: Buffer.from('This is not a PDF.') },
    reach: async (page) => {
      await page.getByText('SA-1016').waitFor();
    },
    heading: [title, title],
  },
  menu: { scenario: {}, reach: openMenu, heading: ['Menu', 'Meny'] },
  'cancel-question': {
    scenario: {},
    reach: async (page) => {
      await openMenu(page);
      await press(page, 'Cancel signing', 'Avbryt signeringen');
    },
    heading: ['Cancel signing\\?', 'Vil du avbryte\\?'],
  },
  choosing: {
    scenario: { view: { methods: twoMethods } },
    reach: toEid,
    heading: ['How do you want', 'Hvordan vil du'],
  },
  'handing-over': {
    scenario: { held: ['POST /sign/start'] },
    reach: toEid,
    heading: ['Opening BankID…', 'Åpner BankID …'],
  },
  'handing-over-bounce': {
    scenario: {
      held: ['POST /sign/start'],
      view: { theme: { colorTheme: 'Red', themeMode: 'Default', spinner: 'Bounce' } },
    },
    reach: toEid,
    heading: ['Opening BankID…', 'Åpner BankID …'],
  },
  sealing: { scenario: { held: ['POST /sign/complete'] }, reach: answer('signed'), heading: ['Sealing', 'Forsegler'] },
  'sealing-classic': {
    scenario: {
      held: ['POST /sign/complete'],
      view: { theme: { colorTheme: 'Lime', themeMode: 'Default', spinner: 'Classic' } },
    },
    reach: answer('signed'),
    heading: ['Sealing', 'Forsegler'],
  },
  'sealing-cubes': {
    scenario: {
      held: ['POST /sign/complete'],
      view: { theme: { colorTheme: 'Cyan', themeMode: 'Default', spinner: 'Cubes' } },
    },
    reach: answer('signed'),
    heading: ['Sealing', 'Forsegler'],
  },
  signed: {
    scenario: {
      wayBack: 'https://nordbank.example/done',
      pollsUntilPackaged: 0,
      view: { redirect: { mode: 'redirect' } },
    },
    reach: async (page) => {
      await answer('signed')(page);
      await page.getByRole('button', { name: /Download your copy|Last ned ditt eksemplar/ }).waitFor();
    },
    heading: ['Signed\\.', 'Signert\\.'],
  },
  finishing: {
    scenario: { successActions: ['waiting'], view: { successWaitSeconds: 300 } },
    reach: answer('signed'),
    heading: ['Your signature is stored', 'Signaturen din er lagret'],
  },
  'signed-unfinished': {
    scenario: {
      successActions: ['failed'],
      pollsUntilPackaged: 0,
      wayBack: 'https://nordbank.example/done',
      view: { successWaitSeconds: 30, redirect: { mode: 'redirect' } },
    },
    reach: async (page) => {
      await answer('signed')(page);
      await page.getByText('SA-1032').waitFor();
    },
    heading: ['Signed\\.', 'Signert\\.'],
  },
  'signed-copy-not-ready': {
    scenario: { pollsUntilPackaged: 99 },
    reach: answer('signed'),
    heading: ['Signed\\.', 'Signert\\.'],
  },
  'signed-before-others': {
    scenario: stopped('signed', { remainingSigners: 2 }),
    heading: ['Signed\\.', 'Signert\\.'],
  },
  failed: {
    scenario: {
      failure: {
        errorCode: 'SA-1012',
        eidErrorCode: 'C131',
        eidErrorMessage: 'Your BankID is blocked. Contact your bank.',
      },
    },
    reach: answer('failed'),
    heading: ['The signature was not', 'Signeringen ble ikke'],
  },
  'no-method': {
    scenario: { view: { methods: [] } },
    reach: toEid,
    heading: ['Something went wrong', 'Noe gikk galt'],
  },
  'proving-at-an-eid': {
    scenario: { authentication: { step: 'eid', methods: twoMethods } },
    heading: ['Who are you\\?', 'Hvem er du\\?'],
  },
  'proving-by-code': {
    scenario: { authentication: BY_CODE },
    reach: async (page) => {
      await press(page, 'Send the code', 'Send koden');
      const field = page.getByRole('textbox');
      expect(await field.getAttribute('autocomplete')).toBe('one-time-code');
      // As it may come from the clipboard.
      await field.fill(' 654 321 ');
      expect(await field.inputValue()).toBe('654321');
      await press(page, 'Continue', 'Fortsett');
      await page.locator('.field__error').waitFor();
    },
    heading: ['Who are you\\?', 'Hvem er du\\?'],
  },
  'another-person': {
    scenario: { authentication: { step: 'eid', methods: twoMethods }, failure: { errorCode: 'SA-1028' } },
    reach: async (page) => {
      await page.getByRole('button', { name: /^BankID/ }).click();
      await page.getByRole('link', { name: 'failed' }).click();
    },
    heading: ['Something went wrong', 'Noe gikk galt'],
  },
  'not-allowed': {
    scenario: { refused: { account: { name: 'Nordbank AS' }, contact: { email: 'ola@nordbank.example' } } },
    heading: ['You cannot open this here', 'Du kan ikke åpne dette her'],
  },
  dialog: {
    scenario: { view: { dialogs: { before: DIALOG } } },
    reach: async (page) => {
      await page.getByRole('textbox').first().fill('wrong');
      await page.getByRole('checkbox').last().check();
      await press(page, 'Continue', 'Fortsett');
      await page.locator('.field__error').waitFor();
    },
    heading: ['Moving in', 'Moving in'],
  },
  accepting: {
    scenario: { view: { mechanism: 'identification' } },
    reach: answer('signed'),
    heading: ['Sign the document', 'Signer dokumentet'],
  },
  'handwriting-drawn': {
    scenario: { view: { mechanism: 'handwritten', signStep: 'handwriting' } },
    reach: async (page) => {
      await toEid(page);
      await draw(page);
    },
    heading: ['Write your signature', 'Skriv signaturen din'],
  },
  'handwriting-typed': {
    scenario: { view: { mechanism: 'handwritten_with_identification' } },
    reach: async (page) => {
      await answer('signed')(page);
      await page.getByRole('radio').last().check();
    },
    heading: ['Write your signature', 'Skriv signaturen din'],
  },
  'signed-with-a-last-word': {
    scenario: {
      view: {
        mechanism: 'handwritten',
        signStep: 'handwriting',
        dialogs: { after: { title: 'Welcome', message: 'The keys are at\nhttps://nordbank.example/keys.' } },
      },
    },
    reach: async (page) => {
      await toEid(page);
      await draw(page);
      await press(page, 'Sign', 'Signer');
      await page.getByRole('button', { name: /Download your copy|Last ned ditt eksemplar/ }).waitFor();
    },
    heading: ['Signed\\.', 'Signert\\.'],
  },
  'waiting-for-attachments': {
    scenario: stopped('waiting_for_attachments'),
    heading: ['The sender is still', 'Avsenderen er ikke'],
  },
  'not-your-turn': {
    scenario: stopped('not_your_turn', { turnIsTold: true }),
    heading: ['It is not your turn', 'Det er ikke din tur'],
  },
  'completed-without-you': {
    scenario: stopped('completed_without_you'),
    heading: ['Your signature is no', 'Signaturen din trengs'],
  },
  expired: {
    scenario: stopped('expired', {
      redirect: { mode: 'redirect', error: 'https://nordbank.example/error' },
      contact: {},
    }),
    heading: ['The time to sign', 'Fristen for å signere'],
  },
  canceled: { scenario: stopped('canceled'), heading: ['The sender has cancelled', 'Avsenderen har trukket'] },
  'canceled-with-reason': {
    scenario: stopped('canceled', { cancelReason: 'We have agreed on another price.\nA new offer is on its way.' }),
    heading: ['The sender has cancelled', 'Avsenderen har trukket'],
  },
  'canceled-by-you': {
    scenario: {},
    reach: async (page) => {
      await openMenu(page);
      await press(page, 'Cancel signing', 'Avbryt signeringen');
      await page.locator('dialog[open] .button--danger').click();
    },
    heading: ['You cancelled', 'Du avbrøt'],
  },
  'session-ended': {
    scenario: { instead: { 'GET /session': [{ status: 401, body: { code: 'session_expired' } }] } },
    reach: async (page) => {
      await drawn(page);
      await page.reload();
    },
    heading: ['Your session has ended', 'Økten din er avsluttet'],
  },
  maintenance: {
    scenario: { instead: { 'POST /session': Array(5).fill(busy) } },
    heading: ['We will be right back', 'Vi er straks tilbake'],
  },
  'open-link-again': {
    scenario: {},
    reach: async (page) => {
      await drawn(page);
      await page.evaluate(() => sessionStorage.clear());
      await page.reload();
    },
    heading: ['Open the link again', 'Åpne lenken på nytt'],
  },
  'unknown-link': { scenario: {}, heading: ['This link does not work', 'Denne lenken virker ikke'] },
};
