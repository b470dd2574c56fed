import { describe, expect, it } from 'vitest';
import { messageTexts } from './message-texts.ts';

/** Every text of a language by the path to it, built with an account's name where one belongs in. */
function allTexts(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value('Nordbank'))]];
  return Object.entries(value as object).flatMap(([name, one]) => allTexts(one, path ? `${path}.${name}` : name));
}

const fieldsOf = (text: string) => [...text.matchAll(/\{[a-z-]+\}/g)].map(([field]) => field).sort();

const english = new Map(allTexts(messageTexts('EN')));

describe.each(['NO', 'DA', 'SV', 'FI'] as const)('the messages in %s', (language) => {
  const texts = allTexts(messageTexts(language));

  it('say everything that the English ones say, with the same fields', () => {
    expect(texts.map(([path]) => path)).toEqual([...english.keys()]);
    for (const [path, text] of texts) {
      expect(text.trim(), path).not.toBe('');
      expect(fieldsOf(text), path).toEqual(fieldsOf(english.get(path)!));
      expect(text.includes('Nordbank'), path).toBe(english.get(path)!.includes('Nordbank'));
    }
  });

  it('are not English', () => {
    const same = texts.filter(([path, text]) => english.get(path) === text).map(([path]) => path);
    expect(same).toEqual(language === 'FI' ? [] : ['testName']);
  });
});
