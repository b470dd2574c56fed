import { dict, name, type PdfDict, type PdfValue, pdfDate, textString } from '../pdf/objects.ts';

export interface SignatureDescription {
  signingTime: Date;
  /** Name of the person or organisation that signs. */
  name?: string;
  reason?: string;
  location?: string;
  contactInfo?: string;
}

/**
 * Signature dictionary without /ByteRange and /Contents (ISO 32000-2 §12.8.1, ETSI EN 319 142-1 §6.3). The claimed
 * signing time stands in /M.
 */
export function signatureDictionary(description: SignatureDescription, reference?: PdfValue): PdfDict {
  const text = (value: string | undefined) => (value ? textString(value) : undefined);
  return dict({
    Type: name('Sig'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name('ETSI.CAdES.detached'),
    M: pdfDate(description.signingTime),
    Name: text(description.name),
    Reason: text(description.reason),
    Location: text(description.location),
    ContactInfo: text(description.contactInfo),
    Reference: reference,
  });
}

/** Document time-stamp dictionary (ISO 32000-2 §12.8.5, ETSI EN 319 142-1 §5.4.3). */
export function timeStampDictionary(): PdfDict {
  return dict({ Type: name('DocTimeStamp'), Filter: name('Adobe.PPKLite'), SubFilter: name('ETSI.RFC3161') });
}

/**
 * `/Reference` of a certification signature: DocMDP with the given permission (ISO 32000-2 §12.8.2.2): 1 no changes,
 * 2 form filling and signing, 3 also annotations.
 */
export function docMdpReference(permission: 1 | 2 | 3): PdfValue {
  const parameters = dict({ Type: name('TransformParams'), P: permission, V: name('1.2') });
  return [dict({ Type: name('SigRef'), TransformMethod: name('DocMDP'), TransformParams: parameters })];
}
