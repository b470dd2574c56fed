/**
 * AdES signatures: bytes in, bytes out. PAdES, CAdES and XAdES baseline B-B to B-LTA and ASiC-E with the CMS, RFC 3161, OCSP, CRL and X.509 parts
 * that they stand on. No I/O but through the ports; time is always a parameter.
 */
export { AdesError } from './ades-error.ts';
export {
  type AsicESigning,
  type AsicEVerification,
  addAsicESignature,
  type SignedAsicE,
  signAsicE,
  type VerifiedAsicSignature,
  verifyAsicE,
} from './asic/asic-e.ts';
export type { AsicFile } from './asic/asic-manifest.ts';
export type { DigestAlgorithm } from './asn1/algorithms.ts';
export {
  octetString as derOctetString,
  sequence as derSequence,
  utf8String as derUtf8String,
} from './asn1/der-writer.ts';
export type { BaselineLevel, BaselineServices, VerifiedSigner } from './baseline-level.ts';
export {
  addCadesSigners,
  type CadesRequest,
  type CadesSigner,
  extendCades,
  type SignedCades,
  signCades,
} from './cades/sign-cades.ts';
export { type CadesPreparation, finishCades, type PreparedCades, prepareCades } from './cades/two-phase.ts';
export {
  type CadesVerification,
  type CadesVerificationOptions,
  type VerifiedCadesSignature,
  verifyCades,
} from './cades/verify-cades.ts';
export { buildSignedData, type SignedDataInput } from './cms/signed-data-builder.ts';
export type { DetachedContent } from './content-digest.ts';
export type { AbsentKey, SignatureToMake } from './keys/deferred-signature.ts';
export { algorithmOfKey, localSignatureProvider } from './keys/local-signature-provider.ts';
export { type Pkcs11Key, type Pkcs11Module, pkcs11SignatureProvider } from './keys/pkcs11-signature-provider.ts';
export { type Pkcs12, pkcs12SignatureProvider, readPkcs12 } from './keys/pkcs12.ts';
export { type RemoteKey, remoteSignatureProvider } from './keys/remote-signature-provider.ts';
export { type ArchivedPdf, archivePdf } from './pades/archive.ts';
export type { AssociatedFile, AssociatedFileRelationship } from './pades/associated-files.ts';
export { signPadesBaselineB } from './pades/baseline-b.ts';
export {
  type FieldLayout,
  type LaidOutFields,
  type LayoutWarning,
  layOutPackagedPdf,
  type PackageLayout,
} from './pades/layout.ts';
export {
  type ApprovalsOnlySeal,
  type PackagedSeal,
  type SealedPdf,
  type SealRevision,
  type SealSignature,
  sealPackagedPdf,
} from './pades/seal.ts';
export type { SignatureDescription } from './pades/signature-dictionary.ts';
export { finishPades, type PadesPreparation, type PreparedPades, preparePades } from './pades/two-phase.ts';
export { isSignedPdf } from './pdf/existing-signatures.ts';
export {
  inspectPdf,
  type PdfFacts,
  type PdfInspection,
  type PdfRefusalCode,
  type PdfRepairReason,
} from './pdf/inspect-pdf.ts';
export { repairPdf } from './pdf/repair-pdf.ts';
export type { LaterChange } from './pdf/revision-pair.ts';
export type { RevocationSource, SignatureAlgorithm, SignatureProvider, TimeStampAuthority } from './ports.ts';
export {
  type Crl,
  issueCrl,
  REVOCATION_REASONS,
  type RevocationReason,
  type RevokedCertificate,
  verifyCrl,
} from './revocation/crl.ts';
export { buildOcspRequest, type OcspCertId, type OcspRequest, readOcspRequest } from './revocation/ocsp-request.ts';
export {
  buildOcspError,
  buildOcspResponse,
  type CertificateStatus,
  type OcspResponderInput,
} from './revocation/ocsp-responder.ts';
export { type OcspVerification, type VerifiedOcspResponse, verifyOcspResponse } from './revocation/ocsp-response.ts';
export { gatherValidationData, type ValidationData } from './revocation/validation-data.ts';
export { readSdo, type Sdo, type SdoSignature } from './sdo/sdo-structure.ts';
export { mergeSdos, type SdoSealing, type SdoSigner, sealSdo, signForSdo } from './sdo/seal-sdo.ts';
export { type SdoSignatureReport, type SdoValidationReport, validateSdo } from './sdo/validate-sdo.ts';
export { buildTimeStampRequest, readTimeStampRequest, type TimeStampRequest } from './timestamp/time-stamp-request.ts';
export {
  buildTimeStampFailure,
  buildTimeStampResponse,
  type TimeStampResponderInput,
} from './timestamp/time-stamp-responder.ts';
export {
  requestTimeStamp,
  type TimeStampToken,
  verifyTimeStampResponse,
  verifyTimeStampToken,
} from './timestamp/time-stamp-verification.ts';
export type { ValidationOptions } from './validation/evidence.ts';
export { type AsicEValidationReport, type AsicSignatureReport, validateAsicE } from './validation/validate-asic-e.ts';
export { type ValidationReport, validateCades } from './validation/validate-cades.ts';
export { type PdfTimeStampReport, type PdfValidationReport, validatePdf } from './validation/validate-pdf.ts';
export {
  validateXades,
  type XadesSignatureReport,
  type XadesValidationOptions,
} from './validation/validate-xades.ts';
export type {
  CertificateStatusReport,
  Finding,
  Indication,
  PdfSignatureReport,
  SignatureReport,
  SubIndication,
  TimeStampReport,
} from './validation/validation-report.ts';
export {
  type SealVerification,
  type VerifiedSignature,
  verifySealedPdf,
} from './validation/verify-sealed-pdf.ts';
export {
  type CertificateProfile,
  type CertificateRequest,
  issueCertificate,
  issueRootCertificate,
  randomSerialNumber,
} from './x509/certificate-builder.ts';
export { buildCertificatePath, type PathInput, type PathPurpose } from './x509/certificate-path.ts';
export { type Certificate, type Extension, readCertificate } from './x509/certificate-reader.ts';
export { type AttributeType, type DistinguishedName, nameAttribute } from './x509/distinguished-name.ts';
export { extendXades } from './xades/extend-xades.ts';
export {
  type DetachedObject,
  type EnclosedObject,
  type SignedXades,
  signXades,
  type XadesContent,
  type XadesSigning,
} from './xades/sign-xades.ts';
export { finishXades, type PreparedXades, prepareXades } from './xades/two-phase.ts';
export {
  type SignedXadesObject,
  verifyXades,
  type XadesVerification,
  type XadesVerificationOptions,
} from './xades/verify-xades.ts';
export { writeXml, type XmlMarkup, xml as xmlElement } from './xml/xml-writer.ts';
export {
  type EnvelopingSignature,
  type EnvelopingSigning,
  readEnvelopingSignature,
  signEnveloping,
} from './xmldsig/enveloping-signature.ts';
