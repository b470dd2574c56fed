import { validationFailed } from './validation.ts';

/** The parts of a query value like `a, b`, without blanks and empty ones. */
export function commaList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Such a list of values out of a closed set, in any case; each once. Throws 400 `enum` for the named parameter. */
export function enumList<Value extends string>(text: string, values: readonly Value[], field: string): Value[] {
  const found = new Set<Value>();
  for (const word of commaList(text)) {
    const value = values.find((one) => one === word.toLowerCase());
    if (!value) throw validationFailed([{ field, code: 'enum', message: `Must be one of: ${values.join(', ')}.` }]);
    found.add(value);
  }
  return [...found];
}
