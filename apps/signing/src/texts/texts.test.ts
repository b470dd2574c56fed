import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { en, type TextKey } from './en.ts';
import { chooseLanguage, languages } from './languages.ts';
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

describe.each(languages)('the words in $name', (language) => {
  it('has a word for every key and no others', () => {
    expect(Object.keys(language.texts).sort()).toEqual([...keys].sort());
    for (const key of keys) expect(language.texts[key].trim(), key).not.toBe('');
  });

  it('uses the same values as the English words', () => {
    for (const key of keys) expect(argumentsOf(parse(language.texts[key])), key).toEqual(argumentsOf(parse(en[key])));
  });

  it('can say everything', () => {
    const { say } = speak(language);
    for (const key of keys) {
      const values = Object.fromEntries(argumentsOf(parse(en[key])).map((name) => [name, 2]));
      expect(say(key, values), key).not.toMatch(/[{}]/);
    }
  });
});

it('is not English with another label', () => {
  const same = keys.filter((key) => languages[0].texts[key] === languages[1].texts[key]);
  expect(same).toEqual(['environment.test.name']);
});

describe('choosing a language', () => {
  it('understands the codes of the wire and the tags of browsers', () => {
    expect(chooseLanguage(['NO']).code).toBe('NO');
    expect(chooseLanguage(['nn-NO']).code).toBe('NO');
    expect(chooseLanguage([null, '', 'nb']).code).toBe('NO');
    expect(chooseLanguage(['en-US', 'nb']).code).toBe('EN');
  });

  it('speaks English when nothing wanted exists', () => {
    expect(chooseLanguage(['fi', 'xx']).code).toBe('EN');
    expect(chooseLanguage([]).code).toBe('EN');
  });
});

describe('what is said', () => {
  it('counts people in words of the language', () => {
    const norwegian = speak(languages[1]);
    expect(norwegian.say('signed.remaining', { count: 0 })).toBe('Alle har signert.');
    expect(norwegian.say('signed.remaining', { count: 1 })).toBe('Én person har ikke signert ennå.');
    expect(norwegian.say('signed.remaining', { count: 12 })).toBe('12 personer har ikke signert ennå.');
  });

  it('shows markup in names as it was written', () => {
    expect(speak(languages[0]).say('signed.body', { title: '<b>Loan</b>' })).toBe('You have signed “<b>Loan</b>”.');
  });

  it('names the time zone of a signature', () => {
    expect(speak(languages[0]).sayInstant('2026-03-01T12:00:00Z')).toMatch(/1 March 2026.*(UTC|GMT|CET)/);
  });

  it('gives sizes in units people know', () => {
    const { sayBytes } = speak(languages[0]);
    expect(sayBytes(1)).toBe('1 byte');
    expect(sayBytes(48_255)).toBe('48 kB');
    expect(sayBytes(5_240_000)).toBe('5.2 MB');
  });
});
