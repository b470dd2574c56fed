export type PackagingFaultCode =
  | 'timestamp_unavailable'
  | 'revocation_unavailable'
  | 'evidence_broken'
  | 'packaging_failed';

/** Why a package cannot be made now. The job tries again; what is not of this class is `packaging_failed`. */
export class PackagingFault extends Error {
  readonly code: PackagingFaultCode;

  constructor(code: PackagingFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PackagingFault';
    this.code = code;
  }
}
