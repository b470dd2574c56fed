/** Codes of the specification, by what happened. Those of steps that one screen owns are written there. */

/** The eID could not be started, by its method; the signing without an eID's own signature has one of its own. */
export function startErrorCode(method: string, mechanism: string): string {
  if (mechanism === 'identification' || mechanism === 'eaccept') return 'SA-1026';
  return START_CODES[method] ?? 'SA-1010';
}

const START_CODES: Record<string, string> = {
  dk_nemid: 'SA-1018',
  no_bankid: 'SA-1020',
  no_bankid_netcentric: 'SA-1020',
  no_bankid_mobile: 'SA-1020',
  se_bankid: 'SA-1021',
  no_buypass: 'SA-1022',
};

/**
 * An attachment cannot be shown. `status` is the server's answer when it was that: it is gone, or not for this signer;
 * otherwise it came and cannot be drawn.
 */
export function attachmentErrorCode(status: number | null): string {
  if (status === null) return 'SA-1016';
  return status === 404 ? 'SA-1003' : 'SA-1002';
}

/** Nothing that the signer could do here would help. */
const FATAL: readonly string[] = [
  'SA-1001',
  'SA-1009',
  'SA-1011',
  'SA-1015',
  'SA-1024',
  'SA-1028',
  'SA-1030',
  'SA-1031',
  'SA-1032',
];

export function isFatal(code: string): boolean {
  return FATAL.includes(code);
}
