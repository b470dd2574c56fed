import { SeglError } from '../kernel/errors/segl-error.ts';

/** The members of a form body. A member that is repeated with another value: 400 `invalid_request`. */
export function readForm(body: string): Map<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    const before = form.get(name);
    if (before !== undefined && before !== value) {
      throw new SeglError(400, 'invalid_request', `The parameter ${name} is given twice.`);
    }
    form.set(name, value);
  }
  return form;
}
