import type { RouteDefinition } from '../kernel/http/route.ts';
import { AttachmentPath, AttachmentSignerPath } from './contract/attachment.ts';
import { DocumentPath, FileQuery } from './contract/document.ts';
import { SignerFilePath, SignerFileQuery } from './contract/signer-file.ts';
import { getAttachmentFile, getAttachmentSignerFile } from './get-attachment.ts';
import { getFile } from './get-file.ts';
import { getSignerFile } from './get-signer-file.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** Downloads, each under its address and the older spelling of it. */
export function fileRoutes(deps: SignatureDeps): RouteDefinition[] {
  return [
    ...bothSpellings('', {
      operationId: 'Files_Get',
      summary: 'Download a file of a document',
      description:
        'The bytes themselves, with their SHA-256 as ETag and Repr-Digest; one range can be asked for. Formats that are not made yet get 404. What the eID produced is there for the whole document when it has one signer.',
      params: DocumentPath,
      query: FileQuery,
      handle: (context, { params, query }) => getFile(deps, context, params.documentId, query.fileFormat),
    }),
    ...bothSpellings('/signers/{signerId}', {
      operationId: 'Files_GetSigner',
      summary: 'Download a file of one signer',
      description:
        'What the eID of the signer produced, or that together with the document as one sealed file, as soon as that signer has signed. The sealed file is made when it is first asked for: where the wait takes long, the answer is 404 with Retry-After.',
      params: SignerFilePath,
      query: SignerFileQuery,
      handle: (context, { params, query }) => getSignerFile(deps, context, params, query.fileFormat),
    }),
    ...bothSpellings('/attachments/{attachmentId}', {
      operationId: 'Files_GetAttachment',
      summary: 'Download a file of an attachment',
      description: 'The bytes themselves, as for the document. Signed formats exist of signed attachments only.',
      params: AttachmentPath,
      query: FileQuery,
      handle: (context, { params, query }) => getAttachmentFile(deps, context, params, query.fileFormat),
    }),
    ...bothSpellings('/attachments/{attachmentId}/signers/{signerId}', {
      operationId: 'Files_GetSignerAttachment',
      summary: 'Download a file of one signer of an attachment',
      description:
        'What the eID of the signer produced for an attachment that is signed, as soon as that signer has signed.',
      params: AttachmentSignerPath,
      query: SignerFileQuery,
      handle: (context, { params, query }) => getAttachmentSignerFile(deps, context, params, query.fileFormat),
    }),
  ];
}

type Download = Pick<RouteDefinition, 'operationId' | 'summary' | 'description' | 'params' | 'query' | 'handle'>;

function bothSpellings(tail: string, download: Download): RouteDefinition[] {
  const paths = ['/signature/documents/{documentId}/files', '/signature/files/documents/{documentId}'];
  return paths.map((path, index) => ({
    ...download,
    method: 'GET',
    path: path + tail,
    operationId: index === 0 ? download.operationId : `${download.operationId}ByOlderPath`,
    tags: ['Files'],
    scope: 'document_file',
    product: 'signature',
    responses: { 200: 'file' },
  }));
}
