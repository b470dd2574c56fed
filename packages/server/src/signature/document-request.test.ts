import { describe, expect, it } from 'vitest';
import { checkSignerRules, signerWithDefaults } from './document-request.ts';

describe('methods and mechanisms', () => {
  const check =
    (signatureType: object, ...formats: ('pdf' | 'txt' | 'xml')[]) =>
    () =>
      checkSignerRules(
        signerWithDefaults({
          externalSignerId: 'signer-kari',
          redirectSettings: { redirectMode: 'donot_redirect' },
          signatureType: signatureType as never,
        }),
        [],
        { notification: undefined, formats: formats.length > 0 ? formats : ['pdf'] },
        {
          available: ['fi_eid', 'no_bankid_netcentric'],
          signs: new Map([
            ['fi_eid', []],
            ['no_bankid_netcentric', ['pdf']],
          ]),
        },
      );

  it('an eID that only tells who somebody is cannot make a signature of its own', () => {
    expect(check({ mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric', 'fi_eid'] })).toThrow(
      expect.objectContaining({
        status: 422,
        code: 'mechanism_not_supported',
        errors: [expect.objectContaining({ field: 'signatureType.signatureMethods[1]' })],
      }),
    );
  });

  it.each(['identification', 'handwritten_with_identification', 'eaccept'])(
    'but tells who signs by %s',
    (mechanism) => {
      expect(check({ mechanism, signatureMethods: ['fi_eid'] })).not.toThrow();
    },
  );

  it.each(['identification', 'handwritten'])('%s is for PDF and text', (mechanism) => {
    expect(check({ mechanism }, 'txt')).not.toThrow();
    expect(check({ mechanism }, 'xml')).toThrow(
      expect.objectContaining({
        code: 'unsupported_signature_format',
        errors: [expect.objectContaining({ field: 'signatureType.mechanism' })],
      }),
    );
  });

  it('handwriting needs no eID at all', () => {
    expect(check({ mechanism: 'handwritten', signatureMethods: ['unknown'] })).not.toThrow();
  });
});
