const DOCUMENT_ID = '01a20ce5-8e6c-72c1-b034-b4e24eada966';
const SIGNER_ID = '01a20ce5-8e6c-72c1-b034-b4e24eada967';
const DOCUMENT_URL = `https://segl.example/signature/documents/${DOCUMENT_ID}`;

const SIGNER = {
  externalSignerId: 'kari-nordmann',
  redirectSettings: { redirectMode: 'donot_redirect' },
  signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric'] },
  signerInfo: { firstName: 'Kari', lastName: 'Nordmann', email: 'kari@example.org' },
  ui: { language: 'EN' },
};

const STATUS = { documentStatus: 'unsigned', completedPackages: ['unsigned'], attachmentPackages: {} };

/** A request for a document with one signer; its content is cut short. */
const CREATE = {
  title: 'Lease agreement',
  externalId: 'lease-2026-0042',
  contactDetails: { email: 'leases@nordbank.example', name: 'Nordbank' },
  dataToSign: { fileName: 'lease.pdf', base64Content: 'JVBERi0xLjcK…' },
  signers: [SIGNER],
  advanced: { tags: ['leases'], timeToLive: { deadline: '2027-03-01T12:00:00.000Z' } },
};

const DOCUMENT = {
  ...CREATE,
  documentId: DOCUMENT_ID,
  dataToSign: { ...CREATE.dataToSign, base64Content: '' },
  signers: [{ id: SIGNER_ID, url: 'https://segl.example/start?jwt=…', links: [], ...SIGNER }],
  status: STATUS,
  links: [{ rel: 'self', href: DOCUMENT_URL }],
};

const SUMMARY = {
  documentId: DOCUMENT_ID,
  accountId: '0195a000-0000-7000-8000-00000000000a',
  title: CREATE.title,
  externalId: CREATE.externalId,
  created: '2026-11-24T09:31:40.908Z',
  lastUpdated: '2026-11-24T09:31:40.908Z',
  deadline: '2027-03-01T12:00:00.000Z',
  status: STATUS,
  requiredSignatures: 1,
  currentSignatures: 0,
  tags: ['leases'],
  attachments: [],
  signers: [SIGNER_ID],
  documentSignatures: [],
};

const REMINDER = {
  notificationSetting: 'sendEmail',
  signers: { [SIGNER_ID]: null, '01a20ce5-8e6c-72c1-b034-b4e24eada968': { emailOverride: 'ola@example.org' } },
};
const SIGNER_ANSWER = DOCUMENT.signers[0];
const ATTACHMENT = {
  fileName: 'house-rules.pdf',
  title: 'House rules',
  data: '',
  convertToPdf: false,
  signers: [SIGNER_ID],
  type: 'read_accept',
};
const ATTACHMENT_ID = '01a20ce5-8e6c-72c1-b034-b4e24eada968';

/** Operation → an example of its request and of its answer. */
export const EXAMPLES = {
  create: { request: CREATE, answer: DOCUMENT },
  get: { answer: DOCUMENT },
  update: {
    request: {
      title: 'Lease agreement, corrected',
      advanced: { timeToLive: { deadline: '2027-03-08T12:00:00.000Z' } },
    },
    answer: { ...DOCUMENT, title: 'Lease agreement, corrected' },
  },
  cancel: { answer: { ...STATUS, documentStatus: 'canceled' } },
  status: { answer: { ...STATUS, delayedPackages: [] } },
  summary: { answer: SUMMARY },
  notifications: {
    answer: [
      {
        sentTimeStamp: '2026-11-24T09:31:42.120Z',
        title: 'Nordbank asks you to sign “Lease agreement”',
        text: 'Nordbank asks you to sign: … Read and sign: {url} …',
        messageType: 'EMAIL',
        status: 'SENT',
        fromAddress: 'no-reply@segl.example',
        receiver: 'kari@example.org',
      },
    ],
  },
  reminder: { request: REMINDER, answer: REMINDER },
  redirectToken: {
    request: { jwt: 'eyJhbGciOiJSUzI1NiIs…' },
    answer: {
      jwtValid: true,
      expired: false,
      jwtPayload: {
        accountId: SUMMARY.accountId,
        documentId: DOCUMENT_ID,
        externalId: CREATE.externalId,
        signerId: SIGNER_ID,
        externalSignerId: SIGNER.externalSignerId,
        signSuccess: {
          firstName: 'Kari',
          lastName: 'Nordmann',
          fullName: 'Kari Nordmann',
          signatureMethod: 'no_bankid_netcentric',
          signedTime: '2026-11-24T09:41:12.300Z',
        },
        expires: '2026-11-24T09:51:15.000Z',
        aborted: false,
      },
    },
  },
  listSigners: { answer: [SIGNER_ANSWER] },
  addSigner: { request: SIGNER, answer: SIGNER_ANSWER },
  getSigner: { answer: SIGNER_ANSWER },
  updateSigner: { request: { signerInfo: { email: 'kari@example.org' }, rotateUrl: true }, answer: SIGNER_ANSWER },
  listAttachments: {
    answer: [{ id: ATTACHMENT_ID, title: ATTACHMENT.title, type: ATTACHMENT.type, fileName: ATTACHMENT.fileName }],
  },
  addAttachment: {
    request: { ...ATTACHMENT, data: 'JVBERi0xLjcK…' },
    answer: { id: ATTACHMENT_ID, ...ATTACHMENT },
  },
  getAttachment: { answer: { id: ATTACHMENT_ID, ...ATTACHMENT, data: 'JVBERi0xLjcK…' } },
  updateAttachment: { request: { title: ATTACHMENT.title }, answer: { id: ATTACHMENT_ID, ...ATTACHMENT } },
  list: {
    answer: {
      offset: 0,
      limit: 100,
      size: 1,
      links: {
        first: 'https://segl.example/signature/documents/summary?limit=100',
        previous: '',
        next: '',
        last: '',
      },
      data: [SUMMARY],
    },
  },
} as const;
