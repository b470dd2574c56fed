import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrastRatio, inkOn, isDarkMode, longHex, themeColors, themeNamed } from './themes.ts';

const tokens = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function tokensOf(selector: string): Map<string, string> {
  const start = tokens.indexOf(`${selector} {`);
  const block = tokens.slice(start, tokens.indexOf('}', start));
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

describe('the themes of an account', () => {
  it.each(Object.entries(themeColors))('%s carries readable text', (_name, ground) => {
    expect(contrastRatio(ground, inkOn(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it('falls back to the default for a name that does not exist', () => {
    expect(themeNamed('Mauve')).toBe('Default');
    expect(themeNamed('constructor')).toBe('Default');
  });

  it('is dark by its name unless the light mode was chosen', () => {
    expect(isDarkMode('Dark', 'Default')).toBe(true);
    expect(isDarkMode('Dark', 'Light')).toBe(false);
    expect(isDarkMode('Pink', 'Default')).toBe(false);
    expect(isDarkMode('Pink', 'Dark')).toBe(true);
  });
});

describe('a ground of any colour', () => {
  it('carries readable text', () => {
    const channel = ['00', '33', '66', '77', '88', '99', 'cc', 'ff'];
    for (const red of channel) {
      for (const green of channel) {
        for (const blue of channel) {
          const ground = `#${red}${green}${blue}`;
          expect(contrastRatio(ground, inkOn(ground)), ground).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });

  it('may be written short', () => {
    expect(longHex('#1aF')).toBe('#11aaFF');
    expect(longHex('#123456')).toBe('#123456');
  });
});

describe.each(['light', 'dark'] as const)('every theme in the %s mode', (mode) => {
  const selectors = [':root', ...(mode === 'dark' ? [':root[data-mode="dark"]'] : [])];
  const ofAccount = [
    ':root[data-theme="account"]',
    ...(mode === 'dark' ? [':root[data-theme="account"][data-mode="dark"]'] : []),
  ];

  it.each(Object.entries(themeColors))('%s keeps bar, main action and its edge readable', (name, color) => {
    const token = new Map(
      [...selectors, ...(name === 'Default' ? [] : ofAccount)].flatMap((one) => [...tokensOf(one)]),
    );
    const isOwn = name !== 'Default';
    const bar = isOwn ? color : token.get('bar')!;
    expect(contrastRatio(bar, isOwn ? inkOn(color) : token.get('bar-ink')!)).toBeGreaterThanOrEqual(4.5);
    const action = token.get('action') ?? token.get('accent')!;
    const actionInk = token.get('action-ink') ?? token.get('accent-ink')!;
    const actionHover = token.get('action-hover') ?? token.get('accent-hover')!;
    expect(contrastRatio(action, actionInk)).toBeGreaterThanOrEqual(4.5);
    expect(contrastRatio(actionHover, actionInk)).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['surface', 'raised', 'sunken']) {
      expect(contrastRatio(action, token.get(ground)!), ground).toBeGreaterThanOrEqual(3);
    }
  });
});

describe.each([
  ['light', ':root'],
  ['dark', ':root[data-mode="dark"]'],
])('the %s tokens', (_mode, selector) => {
  const token = tokensOf(selector);
  const grounds = ['surface', 'raised', 'sunken'];

  it.each(grounds)('keep body text on %s at AAA', (ground) => {
    expect(contrastRatio(token.get('ink')!, token.get(ground)!)).toBeGreaterThanOrEqual(7);
  });

  it.each(
    grounds.flatMap((ground) => ['muted', 'accent', 'good', 'warning', 'danger'].map((ink) => [ink, ground] as const)),
  )('keep %s on %s at AA', (ink, ground) => {
    expect(contrastRatio(token.get(ink)!, token.get(ground)!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ['warning', 'warning-ground'],
    ['danger', 'danger-ground'],
    ['good', 'good-ground'],
    ['accent-ink', 'accent'],
    ['accent-ink', 'accent-hover'],
    ['danger-ink', 'danger'],
    ['bar-ink', 'bar'],
  ])('keep %s on %s at AA', (ink, ground) => {
    expect(contrastRatio(token.get(ink)!, token.get(ground)!)).toBeGreaterThanOrEqual(4.5);
  });

  it('draw the edges of controls with 3 to 1', () => {
    for (const ground of grounds) {
      expect(contrastRatio(token.get('line-strong')!, token.get(ground)!)).toBeGreaterThanOrEqual(3);
    }
  });
});
