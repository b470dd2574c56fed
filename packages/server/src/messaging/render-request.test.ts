import { describe, expect, it } from 'vitest';
import type { OutgoingEmail, OutgoingSms } from './message-transport.ts';
import { SIGN_URL, signingRequest } from './messaging.testing.ts';
import type { SigningRequest } from './messaging-deps.ts';
import { renderRequest } from './render-request.ts';

const SENDER = { fromAddress: 'no-reply@sign.example' };
const email = (changes: Partial<SigningRequest> = {}) =>
  renderRequest(signingRequest(changes), 'email', 'id', SENDER) as OutgoingEmail;
const sms = (changes: Partial<SigningRequest> = {}) =>
  renderRequest(signingRequest(changes), 'sms', 'id', SENDER) as OutgoingSms;

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
    expect(email({ language: 'FI' }).html).toContain('<html lang="en">');
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
