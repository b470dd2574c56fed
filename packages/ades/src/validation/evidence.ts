import { createHash } from 'node:crypto';
import { addUnique, emptyValidationData, type ValidationData } from '../revocation/validation-data.ts';

export interface ValidationOptions {
  /** DER roots. */
  trustAnchors: readonly Uint8Array[];
  /** Time of validation. */
  at: Date;
  /** Certificates and revocation data from elsewhere, such as fresh answers of today; DER. */
  data?: Partial<ValidationData>;
  /**
   * How fresh status data on time-stamp authorities must be: good when they stamped (default), or still good now, which
   * takes fresh answers in `data` for the outermost time-stamp (ETSI EN 319 102-1 §5.2.5 leaves it to the policy).
   */
  authorityStatus?: 'when_stamped' | 'now';
}

/**
 * All that a validation may rest on: anchors, certificates, revocation data, and the proofs of existence that sound
 * time-stamps gave so far (ETSI EN 319 102-1 §5.6.2.3).
 */
export class Evidence {
  readonly trustAnchors: readonly Uint8Array[];
  readonly at: Date;
  readonly authorityStatus: 'when_stamped' | 'now';
  readonly data: ValidationData = emptyValidationData();
  private readonly proven = new Map<string, Date>();

  constructor({ trustAnchors, at, data, authorityStatus }: ValidationOptions) {
    this.authorityStatus = authorityStatus ?? 'when_stamped';
    this.trustAnchors = trustAnchors;
    this.at = at;
    this.add(data ?? {});
  }

  add({ certificates = [], ocspResponses = [], crls = [] }: Partial<ValidationData>): void {
    for (const bytes of certificates) addUnique(this.data.certificates, bytes);
    for (const bytes of ocspResponses) addUnique(this.data.ocspResponses, bytes);
    for (const bytes of crls) addUnique(this.data.crls, bytes);
  }

  /** The object existed at this time. The earliest proof counts. */
  prove(bytes: Uint8Array, at: Date): void {
    const key = fingerprint(bytes);
    const known = this.proven.get(key);
    if (!known || at < known) this.proven.set(key, at);
  }

  /** The earliest time at which the object is proven to have existed; the time of validation without a proof. */
  provenAt(bytes: Uint8Array): Date {
    const proven = this.proven.get(fingerprint(bytes));
    return proven && proven < this.at ? proven : this.at;
  }
}

const fingerprint = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');
