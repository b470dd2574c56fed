const maxCallbackValueLength = 4096;
const callbackParameters = ['code', 'state', 'iss', 'error', 'error_description'] as const;

/** The address at which the browser came back, with what the protocol knows and no more. */
export function callbackAddress(callbackUrl: string, callback: Record<string, string>): URL {
  const url = new URL(callbackUrl);
  for (const name of callbackParameters) {
    const value = callback[name];
    if (value !== undefined) url.searchParams.set(name, value.slice(0, maxCallbackValueLength));
  }
  return url;
}

/** Text of foreign origin, cut to what fits a log line and an error member. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 100);
}
