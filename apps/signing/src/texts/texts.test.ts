import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { en, type TextKey } from './en.ts';
import { chooseLanguage, languages, loadTexts } from './languages.ts';
import { speak } from './texts.ts';

const keys = Object.keys(en) as TextKey[];

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

const parse = (text: string) => new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst();
const LITERAL = parse('plain')[0]!.type;

function argumentsOf(elements: Element[]): string[] {
  const found = new Set<string>();
  for (const element of elements) {
    if (element.type !== LITERAL && 'value' in element) found.add(element.value);
    if (!('options' in element)) continue;
    for (const { value } of Object.values(element.options)) for (const name of argumentsOf(value)) found.add(name);
  }
  return [...found].sort();
}

const spoken = await Promise.all(languages.map(loadTexts));

/** Words that two languages happen to share. */
const SHARED: Partial<Record<string, TextKey[]>> = {
  NO: ['environment.test.name'],
  DA: ['environment.test.name', 'frame.menu', 'menu.heading'],
  SV: ['environment.test.name'],
};

describe.each(spoken)('the words in $language.name', ({ language, texts }) => {
  it('has a word for every key and no others', () => {
    expect(Object.keys(texts).sort()).toEqual([...keys].sort());
    for (const key of keys) expect(texts[key].trim(), key).not.toBe('');
  });

  it('is not English with another label', () => {
    const same = keys.filter((key) => texts[key] === en[key]);
    expect(same).toEqual(language.code === 'EN' ? keys : (SHARED[language.code] ?? []));
  });

  it('uses the same values as the English words', () => {
    for (const key of keys) expect(argumentsOf(parse(texts[key])), key).toEqual(argumentsOf(parse(en[key])));
  });

  it('can say everything', () => {
    const { say } = speak({ language, texts });
    for (const key of keys) {
      const values = Object.fromEntries(argumentsOf(parse(en[key])).map((name) => [name, 2]));
      expect(say(key, values), key).not.toMatch(/[{}]/);
    }
  });
});

describe('choosing a language', () => {
  it('understands the codes of the wire and the tags of browsers', () => {
    expect(chooseLanguage(['NO']).code).toBe('NO');
    expect(chooseLanguage(['nn-NO']).code).toBe('NO');
    expect(chooseLanguage([null, '', 'nb']).code).toBe('NO');
    expect(chooseLanguage(['en-US', 'nb']).code).toBe('EN');
    expect(['da-DK', 'DA', 'sv-FI', 'SV', 'fi', 'FI'].map((want) => chooseLanguage([want]).code)).toEqual([
      'DA',
      'DA',
      'SV',
      'SV',
      'FI',
      'FI',
    ]);
  });

  it('speaks English where the sender asks for a language without texts, whatever the browser wants', () => {
    for (const code of ['NL', 'DE']) expect(chooseLanguage([null, code, 'nb']).code).toBe('EN');
    expect(chooseLanguage([null, '', 'de-AT', 'nb']).code).toBe('NO');
  });

  it('speaks English when the texts cannot be fetched', async () => {
    const broken = { ...languages[1], load: () => Promise.reject(new TypeError('Failed to fetch')) };
    expect(await loadTexts(broken)).toEqual({ language: languages[0], texts: en });
  });

  it('speaks English when nothing wanted exists', () => {
    expect(chooseLanguage(['is', 'xx']).code).toBe('EN');
    expect(chooseLanguage([]).code).toBe('EN');
  });
});

describe('what is said', () => {
  const speech = Object.fromEntries(spoken.map((one) => [one.language.code, speak(one)]));

  it.each([
    ['EN', 'Everyone has signed.', 'One person has yet to sign.', '12 people have yet to sign.'],
    ['NO', 'Alle har signert.', 'Én person har ikke signert ennå.', '12 personer har ikke signert ennå.'],
    ['DA', 'Alle har skrevet under.', 'Én person mangler at skrive under.', '12 personer mangler at skrive under.'],
    ['SV', 'Alla har skrivit under.', 'En person har inte skrivit under än.', '12 personer har inte skrivit under än.'],
    [
      'FI',
      'Kaikki ovat allekirjoittaneet.',
      'Yksi henkilö ei ole vielä allekirjoittanut.',
      '12 henkilöä ei ole vielä allekirjoittanut.',
    ],
  ])('counts people in words of %s', (code, none, one, many) => {
    expect([0, 1, 12].map((count) => speech[code]!.say('signed.remaining', { count }))).toEqual([none, one, many]);
  });

  it('shows markup in names as it was written', () => {
    expect(speech.EN!.say('signed.body', { title: '<b>Loan</b>' })).toBe('You have signed “<b>Loan</b>”.');
  });

  it.each([
    ['EN', /^1 March 2026 at \d\d:\d\d/],
    ['NO', /^1\. mars 2026 kl\. \d\d:\d\d/],
    ['DA', /^1\. marts 2026 kl\. \d\d\.\d\d/],
    ['SV', /^1 mars 2026 kl\. \d\d:\d\d/],
    ['FI', /^1\. maaliskuuta 2026 klo \d\d\.\d\d/],
  ])('writes the instant of a signature as %s does, with its time zone', (code, written) => {
    const instant = speech[code]!.sayInstant('2026-03-01T12:00:00Z');
    expect(instant).toMatch(written);
    expect(instant).toMatch(/UTC|GMT|CET/);
  });

  it('gives sizes in units people know', () => {
    const { sayBytes } = speech.EN!;
    expect(sayBytes(1)).toBe('1 byte');
    expect(sayBytes(48_255)).toBe('48 kB');
    expect(sayBytes(5_240_000)).toBe('5.2 MB');
  });
});
