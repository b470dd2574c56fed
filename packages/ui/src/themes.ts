/** The colours an account may give its bar, by their name on the wire (`ui.styling.colorTheme`). */
export const themeColors = {
  Default: '#1F4FD8',
  Black: '#000000',
  Blue: '#1976D2',
  Cyan: '#00BCD4',
  Dark: '#303030',
  Lime: '#CDDC39',
  Neutral: '#9E9E9E',
  Pink: '#E91E63',
  Purple: '#9C27B0',
  Red: '#F44336',
  Teal: '#009688',
  Indigo: '#3F51B5',
  LightBlue: '#03A9F4',
  DeepPurple: '#673AB7',
  Green: '#4CAF50',
  LightGreen: '#8BC34A',
  Yellow: '#FFEB3B',
  Amber: '#FFC107',
  Orange: '#FF9800',
  DeepOrange: '#FF5722',
  Brown: '#795548',
  Gray: '#757575',
  BlueGray: '#607D8B',
  OceanGreen: '#00796B',
  GreenOcean: '#26A69A',
} as const;

export type ThemeName = keyof typeof themeColors;

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2). */
export function contrastRatio(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** `#rgb` written out as `#rrggbb`. */
export function longHex(color: string): string {
  return color.length === 4 ? `#${[...color.slice(1)].map((digit) => digit + digit).join('')}` : color;
}

/** Black or white, whichever is easier to read on the ground. */
export function inkOn(ground: string): '#000000' | '#ffffff' {
  return contrastRatio(ground, '#ffffff') >= contrastRatio(ground, '#000000') ? '#ffffff' : '#000000';
}

export function themeNamed(name: string): ThemeName {
  return Object.hasOwn(themeColors, name) ? (name as ThemeName) : 'Default';
}

/** Dark when asked for, and for the theme `Dark` when no mode was chosen. */
export function isDarkMode(theme: ThemeName, themeMode: string): boolean {
  return themeMode === 'Dark' || (theme === 'Dark' && themeMode !== 'Light');
}
