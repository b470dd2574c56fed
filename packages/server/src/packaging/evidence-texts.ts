/** Words of the evidence pages; `{…}` are filled in by the page. */
export interface EvidenceTexts {
  locale: string;
  heading: string;
  lead: string;
  /** Of pages that are a file of their own. */
  leadApart: string;
  document: string;
  title: string;
  fileName: string;
  pages: string;
  sha256: string;
  externalId: string;
  documentId: string;
  sender: string;
  signers: string;
  signedBy: string;
  method: string;
  time: string;
  personId: string;
  address: string;
  history: string;
  kinds: Record<string, string>;
  verifyHeading: string;
  verify: string;
  verifyApart: string;
  page: string;
  test: string;
}

const english: EvidenceTexts = {
  locale: 'en-GB',
  heading: 'Signatures',
  lead: 'These pages were added after the document was signed. The document itself comes before them, unchanged.',
  leadApart:
    'These pages are about a document that others had signed before. They are a file of their own, so that the earlier signatures stay as they were.',
  document: 'Document',
  title: 'Title',
  fileName: 'File',
  pages: 'Pages',
  sha256: 'SHA-256',
  externalId: 'Reference',
  documentId: 'Document id',
  sender: 'Sent by',
  signers: 'Signers',
  signedBy: 'Signed by',
  method: 'Method',
  time: 'Time',
  personId: 'Id at the eID',
  address: 'IP address',
  history: 'What happened',
  kinds: {
    document_created: 'The document was created',
    link_opened: '{signer} opened the link',
    document_read: '{signer} reached the end of the document',
    signer_added: 'The sender added a signer',
    signer_changed: 'The sender changed a signer',
    signer_deleted: 'The sender removed a signer',
    attachment_added: 'The sender added an attachment',
    attachment_changed: 'The sender changed an attachment',
    attachment_deleted: 'The sender removed an attachment',
    attachment_opened: '{signer} opened an attachment',
    attachment_accepted: '{signer} accepted an attachment',
    method_chosen: '{signer} chose {method}',
    signing_canceled: '{signer} stopped at the eID',
    signing_failed: 'An attempt by {signer} failed',
    signed: '{signer} signed with {method}',
  },
  verifyHeading: 'How to check this file',
  verify:
    'Open it in a PDF reader that shows signatures, or in any validator for PAdES. The first signature certifies the document as it was packaged; ' +
    'then follows one signature per signer, made with a certificate for that act alone; the last is a time-stamp. What each eID itself produced is attached.',
  verifyApart:
    'Open it in a PDF reader that shows signatures, or in any validator for PAdES: the sender certifies these pages. The signed document is another file; ' +
    'the SHA-256 above is that of its bytes before these people signed it. What each eID itself produced is attached here.',
  page: 'Signatures, page {page} of {pages}',
  test: 'TEST: no legal effect',
};

const norwegian: EvidenceTexts = {
  locale: 'nb-NO',
  heading: 'Signaturer',
  lead: 'Disse sidene ble lagt til etter at dokumentet var signert. Selve dokumentet står foran dem, uendret.',
  leadApart:
    'Disse sidene handler om et dokument som andre hadde signert fra før. De er en egen fil, slik at de tidligere signaturene står som de var.',
  document: 'Dokument',
  title: 'Tittel',
  fileName: 'Fil',
  pages: 'Sider',
  sha256: 'SHA-256',
  externalId: 'Referanse',
  documentId: 'Dokument-id',
  sender: 'Sendt av',
  signers: 'Underskrivere',
  signedBy: 'Signert av',
  method: 'Metode',
  time: 'Tid',
  personId: 'Id hos eID-en',
  address: 'IP-adresse',
  history: 'Hva som skjedde',
  kinds: {
    document_created: 'Dokumentet ble opprettet',
    link_opened: '{signer} åpnet lenken',
    document_read: '{signer} leste til slutten av dokumentet',
    signer_added: 'Avsenderen la til en underskriver',
    signer_changed: 'Avsenderen endret en underskriver',
    signer_deleted: 'Avsenderen fjernet en underskriver',
    attachment_added: 'Avsenderen la til et vedlegg',
    attachment_changed: 'Avsenderen endret et vedlegg',
    attachment_deleted: 'Avsenderen fjernet et vedlegg',
    attachment_opened: '{signer} åpnet et vedlegg',
    attachment_accepted: '{signer} godtok et vedlegg',
    method_chosen: '{signer} valgte {method}',
    signing_canceled: '{signer} avbrøt hos eID-en',
    signing_failed: 'Et forsøk av {signer} mislyktes',
    signed: '{signer} signerte med {method}',
  },
  verifyHeading: 'Slik kontrolleres filen',
  verify:
    'Åpne den i en PDF-leser som viser signaturer, eller i et valideringsverktøy for PAdES. Den første signaturen sertifiserer dokumentet slik det ble pakket; ' +
    'deretter følger én signatur per underskriver, laget med et sertifikat for nettopp den handlingen; den siste er et tidsstempel. Det eID-ene selv laget, ligger ved.',
  verifyApart:
    'Åpne den i en PDF-leser som viser signaturer, eller i et valideringsverktøy for PAdES: avsenderen sertifiserer disse sidene. Det signerte dokumentet er en annen fil; ' +
    'SHA-256 ovenfor gjelder innholdet slik det var før disse personene signerte. Det eID-ene selv laget, ligger ved her.',
  page: 'Signaturer, side {page} av {pages}',
  test: 'TEST: uten rettslig virkning',
};

/** Texts in the wanted language; English where a language has none yet. */
export function evidenceTexts(language: string | undefined): EvidenceTexts {
  return language === 'NO' ? norwegian : english;
}
