import { describe, expect, it } from 'vitest';
import type { OutgoingEmail, OutgoingSms } from './message-transport.ts';
import { SIGN_URL, type SigningRequest, signingRequest } from './messaging.testing.ts';
import { renderMessage } from './render-message.ts';

const SENDER = { fromAddress: 'no-reply@sign.example', smsSender: 'Segl' };
const email = (changes: Partial<SigningRequest> = {}) =>
  renderMessage(signingRequest(changes), 'email', 'id', SENDER) as OutgoingEmail;
const sms = (changes: Partial<SigningRequest> = {}) =>
  renderMessage(signingRequest(changes), 'sms', 'id', SENDER) as OutgoingSms;

describe('the e-mail', () => {
  it('carries title, description, deadline, contact and a button with the sign link', () => {
    const { html, text, subject, from, to } = email();
    expect({ subject, from, to }).toEqual({
      subject: 'Nordbank asks you to sign “Loan agreement”',
      from: { name: 'Nordbank', address: 'no-reply@sign.example' },
      to: 'kari@example.com',
    });
    const facts = [
      'Loan agreement',
      'For the flat in Øvre Skogvei 17.',
      '01.07.2026 12:30',
      'Ola Hansen',
      'ola@nordbank.example',
    ];
    for (const fact of [...facts, SIGN_URL]) {
      expect(html).toContain(fact);
      expect(text).toContain(fact);
    }
    expect(html).toContain(`<a class="button" href="${SIGN_URL}"`);
  });

  it('has its button in the colour of the theme', () => {
    expect(email({ colorTheme: 'Teal' }).html).toContain('background: #009688');
  });

  it('is Norwegian for a Norwegian signer and English for one whose language has no texts', () => {
    expect(email({ language: 'NO' }).subject).toBe('Nordbank ber deg signere «Loan agreement»');
    expect(email({ language: 'NO' }).html).toContain('<html lang="nb">');
    expect(email({ language: 'FI' }).html).toContain('<html lang="fi">');
    for (const language of ['NL', 'DE'] as const) expect(email({ language }).html).toContain('<html lang="en">');
  });

  it('tells in the test environment that it is a test', () => {
    expect(email().html).toContain('Signatures have no legal effect');
    expect(email({ environment: 'prod' }).html).not.toContain('Signatures have no legal effect');
  });

  const own = { subject: 'S', text: 'T', senderName: 'N' };
  it.each([
    ['NO', ['NO', 'EN'], 'NO'],
    ['DA', ['NO', 'EN'], 'EN'],
    ['DA', ['DA', 'EN'], 'DA'],
    ['NO', ['SV'], undefined],
  ] as const)(
    'for a signer of %s takes, of the account’s texts in %j, the one in %s',
    (language, languages, chosen) => {
      const texts = {
        email: languages.map((one) => ({ ...own, language: one, subject: `S ${one}`, text: `T ${one}` })),
      };
      const made = email({ language, texts });
      if (chosen) {
        expect(made.subject).toBe(`S ${chosen}`);
        expect(made.html).toContain(`<p>T ${chosen}</p>`);
        expect(made.from.name).toBe('N');
      } else {
        expect(made.subject).toBe('Nordbank ber deg signere «Loan agreement»');
      }
    },
  );

  it('fills in what a text of the account leaves out', () => {
    const made = email({
      texts: { email: [{ language: 'EN', text: 'Hi **{first-name}**' }] },
      mergeFields: { 'first-name': 'Kari' },
    });
    expect(made.subject).toBe('Nordbank asks you to sign “Loan agreement”');
    expect(made.html).toContain('<p>Hi <strong>Kari</strong></p>');
  });

  it('replaces merge fields, keeps unknown ones and lets built-in ones win', () => {
    const { html, subject } = email({
      texts: {
        email: [
          {
            language: 'EN',
            subject: '{document-title} {x}',
            text: '{deadline}|{a}|{b}|{c}|{url}|{signed-name}|{account-name}',
          },
        ],
      },
      mergeFields: { a: '1', '{b}': '2', deadline: 'never', url: 'x' },
    });
    expect(subject).toBe('Loan agreement {x}');
    expect(html).toContain('<p>01.07.2026 12:30|1|2|{c}||{signed-name}|{account-name}</p>');
  });

  it('lets nothing that a caller sends become markup or a header', () => {
    const evil = '<script>alert(1)</script>"><img src=x>';
    const made = email({
      title: `A\r\nBcc: x@evil.example ${evil}`,
      description: evil,
      accountName: evil,
      contact: { name: evil, phone: evil, email: 'a@b.example' },
      texts: {
        email: [{ language: 'EN', subject: '{document-title}', text: `${evil} {v}`, senderName: 'N\r\nBcc: y' }],
      },
      mergeFields: { v: evil },
    });
    expect(made.html).not.toMatch(/<script|<img/);
    expect(made.subject).not.toMatch(/[\r\n]/);
    expect(made.from.name).toBe('N Bcc: y');
  });

  it('is not written to a signer without address', () => {
    expect(email({ email: undefined })).toBeUndefined();
  });
});

describe('the SMS', () => {
  it('says who asks for what until when, with the link', () => {
    expect(sms()).toMatchObject({ to: '+4799900001', sender: 'Segl' });
    expect(sms().text).toBe(
      `Nordbank asks you to sign “Loan agreement” before 01.07.2026 12:30. Read and sign: ${SIGN_URL}`,
    );
  });

  it('is the account’s own text with its fields, taken literally', () => {
    const made = sms({
      texts: { sms: [{ language: 'NO', text: 'Hei {n}: *{document-title}* {url}', sender: 'Nordbank' }] },
      language: 'NO',
      mergeFields: { n: '<Kari>' },
    });
    expect(made).toMatchObject({ sender: 'Nordbank', text: `Hei <Kari>: *Loan agreement* ${SIGN_URL}` });
  });
});

describe('receipts and the end', () => {
  const signature = { signedAt: new Date('2026-11-24T08:05:09Z'), fullName: 'Kari <Nordmann>', methodName: 'BankID' };

  it('a receipt tells who signed when and with what, in the time of the account', () => {
    const receipt = email({ kind: 'signatureReceipt', signature });
    expect(receipt.subject).toBe('You have signed “Loan agreement”');
    expect(receipt.text).toContain('Kari <Nordmann>. You signed this document on 24.11.2026 at 09:05:09 with BankID.');
    expect(receipt.html).toContain('Kari &#60;Nordmann&#62;');
    const own = '{signed-name} {signed-date} {signed-time} {signature-method} {url}|{signed-by}';
    expect(sms({ kind: 'finalReceipt', signature, texts: { sms: [{ language: 'EN', text: own }] } }).text).toBe(
      'Kari <Nordmann> 24.11.2026 09:05:09 BankID |{signed-by}',
    );
  });

  it('a request knows nothing of a signature, so such fields stay as typed', () => {
    expect(sms({ texts: { sms: [{ language: 'EN', text: '{signed-name} {url}' }] } }).text).toBe(
      `{signed-name} ${SIGN_URL}`,
    );
  });

  it.each([
    [
      'reminder',
      'Reminder: Nordbank waits for you to sign “Loan agreement”',
      'Påminnelse: Nordbank venter på at du signerer «Loan agreement»',
    ],
    ['finalReceipt', '“Loan agreement” is signed', '«Loan agreement» er signert'],
    ['canceled', 'Nordbank has cancelled “Loan agreement”', 'Nordbank har trukket tilbake «Loan agreement»'],
    ['expired', 'The time to sign “Loan agreement” is over', 'Fristen for å signere «Loan agreement» er ute'],
  ] as const)('%s has words of its own', (kind, english, norwegian) => {
    const changes = { kind, signature } as const;
    expect([email(changes).subject, email({ ...changes, language: 'NO' }).subject]).toEqual([english, norwegian]);
    for (const language of ['EN', 'NO'] as const) {
      const { html, text } = email({ ...changes, language });
      for (const part of [html, text, sms({ ...changes, language }).text]) expect(part).not.toMatch(/\{[a-z-]+\}/);
    }
  });

  it('only requests and reminders say what it is about, until when, and have the link in the SMS', () => {
    for (const kind of ['request', 'reminder'] as const) {
      expect(email({ kind }).html).toContain('For the flat in Øvre Skogvei 17.');
      expect(sms({ kind }).text).toContain(SIGN_URL);
    }
    for (const kind of ['signatureReceipt', 'finalReceipt', 'canceled', 'expired'] as const) {
      const { html, text } = email({ kind, signature });
      expect(html + text).not.toContain('For the flat in Øvre Skogvei 17.');
      expect(html).toContain(`<a class="button" href="${SIGN_URL}"`);
      expect(sms({ kind, signature }).text).not.toContain(SIGN_URL);
    }
  });

  it('who has no link gets none, and is told why the message came', () => {
    const { html, text } = email({ kind: 'finalReceipt', signature, signUrl: undefined });
    expect(html).not.toContain('class="button"');
    expect(html + text).not.toContain('undefined');
    expect(text).toContain('Nordbank wants you to be told');
  });

  it('a file goes with the e-mail and is named in it', () => {
    const attachment = {
      fileName: 'loan-signed.pdf',
      mediaType: 'application/pdf',
      sizeBytes: 3,
      read: async () => Buffer.from('pdf'),
    };
    const sent = email({ kind: 'finalReceipt', signature, attachment });
    expect(sent.attachment).toBe(attachment);
    expect(sent.html).toContain('loan-signed.pdf');
    expect(sent.text).toContain('Attached: loan-signed.pdf');
  });
});
