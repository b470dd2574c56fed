import { inkOn, isDarkMode, themeColors, themeNamed } from './themes.ts';

/** Puts the account's colours on the page. Names that do not exist give the default theme. */
export function applyTheme(root: HTMLElement, theme: { colorTheme: string; themeMode: string }): void {
  const name = themeNamed(theme.colorTheme);
  root.dataset.mode = isDarkMode(name, theme.themeMode) ? 'dark' : 'light';
  if (name === 'Default') {
    delete root.dataset.theme;
    root.style.removeProperty('--bar');
    root.style.removeProperty('--bar-ink');
    return;
  }
  root.dataset.theme = 'account';
  root.style.setProperty('--bar', themeColors[name]);
  root.style.setProperty('--bar-ink', inkOn(themeColors[name]));
}
