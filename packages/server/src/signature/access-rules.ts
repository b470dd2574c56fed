import ipaddr from 'ipaddr.js';
import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import type { SignerWrapper } from './contract/document.ts';
import type { DialogBefore } from './contract/signing-page.ts';
import { readPattern } from './match-pattern.ts';

export type AuthenticationMechanism = 'off' | 'eid' | 'smsOtp' | 'eidAndSmsOtp';

/** What is asked of the signer before the document is shown; the older spelling counts where the newer is absent. */
export function authenticationMechanism({
  authentication,
}: Pick<SignerWrapper, 'authentication'>): AuthenticationMechanism {
  return authentication?.mechanism ?? (authentication?.authBeforeSign ? 'eid' : 'off');
}

/** Which proofs a mechanism consists of. */
export function neededProofs(mechanism: AuthenticationMechanism): { eid: boolean; code: boolean } {
  return {
    eid: mechanism === 'eid' || mechanism === 'eidAndSmsOtp',
    code: mechanism === 'smsOtp' || mechanism === 'eidAndSmsOtp',
  };
}

/** Throws 422 `authentication_target_missing` when nobody could tell whether the right person came. */
export function requireAuthenticationTarget(signer: SignerWrapper, prefix: string): void {
  const needed = neededProofs(authenticationMechanism(signer));
  const { socialSecurityNumber, signatureMethodUniqueId } = signer.authentication ?? {};
  const missing = [
    ...(needed.eid && !socialSecurityNumber && !signatureMethodUniqueId ? ['authentication.socialSecurityNumber'] : []),
    ...(needed.code && !signer.signerInfo?.mobile?.number ? ['signerInfo.mobile'] : []),
  ];
  if (missing.length === 0) return;
  const message = `The authentication cannot be checked without ${missing.join(' and ')}.`;
  throw new SeglError(422, 'authentication_target_missing', message, {
    errors: missing.map((member) => ({ field: prefix + member, code: 'required', message })),
  });
}

/** Whether the dialog has something to show or to ask. */
export function hasDialogBefore(dialog: DialogBefore | undefined): dialog is DialogBefore {
  return Boolean(dialog?.title || dialog?.message || dialog?.useCheckBox || dialog?.formFields?.length);
}

/** Fields need names of their own and patterns that can be run. */
export function dialogErrors(dialog: DialogBefore | undefined, path: string): FieldError[] {
  const fields = dialog?.formFields ?? [];
  return fields.flatMap(({ key, regex }, index) => {
    const field = `${path}.formFields[${index}]`;
    const errors: FieldError[] = [];
    if (fields.findIndex((one) => one.key === key) < index) {
      errors.push({ field: `${field}.key`, code: 'duplicate', message: 'There is a field with this key already.' });
    }
    if (regex !== undefined && !readPattern(regex)) {
      errors.push({ field: `${field}.regex`, code: 'pattern', message: 'Must be a regular expression like /^…$/.' });
    }
    return errors;
  });
}

export function addressListErrors(list: readonly string[] | undefined, path: string): FieldError[] {
  return (list ?? []).flatMap((entry, index) =>
    readRange(entry)
      ? []
      : [
          {
            field: `${path}[${index}]`,
            code: 'ip',
            message: 'Must be an IPv4 or IPv6 address, or a range such as 192.0.2.0/24.',
          },
        ],
  );
}

/** Whether the browser's address is one of the list; everybody's is one of an empty list. */
export function isListed(address: string, list: readonly string[] | undefined): boolean {
  if (!list?.length) return true;
  if (!ipaddr.isValid(address)) return false;
  const own = ipaddr.process(address.replace(/%.*$/, ''));
  return list.some((entry) => {
    const range = readRange(entry);
    return range !== undefined && range[0].kind() === own.kind() && own.match(range as never);
  });
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

function readRange(entry: string): Range | undefined {
  const text = entry.trim();
  if (ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)) {
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [base = ''] = text.split('/');
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text) && !(base.includes(':') && ipaddr.IPv6.isValidCIDR(text))) {
    return undefined;
  }
  return ipaddr.parseCIDR(text);
}
