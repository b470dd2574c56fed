/** What a test person does at the simulated phone; no browser is needed. */
export interface PhoneAct {
  /** Public base address of the simulators. */
  simulatorsUrl: string;
  /** Text of the QR code, or the auto-start token; empty for an order in a call. */
  code: string;
  personalNumber: string;
  /** Six digits, or a word that picks an outcome. */
  securityCode?: string;
}

/** Opens the order at the phone. Returns the address of its page. @throws Error with the page's message when refused */
export async function openAtPhone({ simulatorsUrl, code, personalNumber }: PhoneAct): Promise<string> {
  const response = await post(`${simulatorsUrl}/se-bankid/open`, { code, number: personalNumber });
  const location = response.headers.get('location');
  if (!location) {
    const fault = /<p class="fault"[^>]*>([^<]*)/.exec(await response.text())?.[1];
    throw new Error(`BankID simulator: ${fault ?? response.status}`);
  }
  return new URL(location, simulatorsUrl).href;
}

/** Opens the order and enters the security code. Returns the heading of the page that follows. */
export async function confirmAtPhone(act: PhoneAct): Promise<string> {
  const orderUrl = await openAtPhone(act);
  const response = await post(orderUrl, { value: act.securityCode ?? '123456' });
  return /<h1>([^<]*)/.exec(await response.text())?.[1] ?? '';
}

const post = (url: string, fields: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
