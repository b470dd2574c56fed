import type { PackageFormat } from './contract/document.ts';

/** A file that packaging makes: a format of what is signed, or of one signature `packaged` and the signer's `receipt`. */
export type MadeFormat = Exclude<PackageFormat, 'unsigned'> | SignerPackageFormat;
export type SignerPackageFormat = 'packaged' | 'receipt';

export function isOfOneSignature(format: MadeFormat): format is SignerPackageFormat {
  return format === 'packaged' || format === 'receipt';
}

/** What a package is of: the document or an attachment that is signed along with it, by all or by one of the signers. */
export interface PackagePart {
  /** Absent for the document itself. */
  attachmentId?: string | undefined;
  /** Absent for all signers. */
  signerId?: string | undefined;
}

export interface WantedPackage {
  /** A part by its name. */
  part: string;
  format: MadeFormat;
}

/** The document itself, by all signers, as a `partName`. */
export const MAIN_PART = 'document';

/** `document/signer:…`: what a package is of, in the rows of it. */
export function partName({ attachmentId, signerId }: PackagePart): string {
  const content = attachmentId === undefined ? MAIN_PART : `attachment:${attachmentId}`;
  return signerId === undefined ? content : `${content}/signer:${signerId}`;
}

export function partOfName(name: string): PackagePart {
  const idOf = (kind: string) => new RegExp(`(?:^|/)${kind}:([^/]+)`).exec(name)?.[1];
  return { attachmentId: idOf('attachment'), signerId: idOf('signer') };
}

/**
 * What is made of a document and of its signed attachments: what its request asks for and, asked for or not, the standard
 * package. Attachments are PDF files, also of a document that is none. `native` is there with the signature.
 */
export function wantedPackages(
  requested: readonly MadeFormat[] | undefined,
  signedAttachments: readonly string[] = [],
): WantedPackage[] {
  const ofMain = wantedFormats(requested ?? []);
  const ofAttachment = wantedFormats(requested?.length ? requested : ['pades']);
  return [
    ...ofMain.map((format) => ({ part: MAIN_PART, format })),
    ...signedAttachments.flatMap((attachmentId) =>
      ofAttachment.map((format) => ({ part: partName({ attachmentId }), format })),
    ),
  ];
}

function wantedFormats(requested: readonly MadeFormat[]): MadeFormat[] {
  return [...new Set<MadeFormat>([...requested, 'standard_packaging'])];
}

/** Whether each wanted package is there. */
export function isPackaged(wanted: readonly WantedPackage[], made: readonly WantedPackage[]): boolean {
  return wanted.every((one) => made.some(({ part, format }) => part === one.part && format === one.format));
}

/** As the status of a document says it. One name stands for both kinds of PAdES. */
export function reportedPackages(made: readonly WantedPackage[]): {
  completedPackages: PackageFormat[];
  attachmentPackages: Record<string, PackageFormat[]>;
} {
  const completed = new Set<PackageFormat>();
  const ofAttachments = new Map<string, Set<PackageFormat>>();
  for (const { part, format } of made) {
    if (isOfOneSignature(format)) continue;
    const { attachmentId } = partOfName(part);
    const formats = attachmentId === undefined ? completed : (ofAttachments.get(attachmentId) ?? new Set());
    formats.add(format === 'no_bankid_pades' ? 'pades' : format);
    if (attachmentId !== undefined) ofAttachments.set(attachmentId, formats);
  }
  const attachmentPackages: Record<string, PackageFormat[]> = {};
  for (const [id, formats] of ofAttachments) attachmentPackages[id] = [...formats];
  return { completedPackages: [...completed], attachmentPackages };
}
