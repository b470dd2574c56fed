import type { RouteDefinition } from '../kernel/http/route.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { cancelDocument } from './cancel-document.ts';
import {
  CreateDocumentRequestWrapper,
  CreateDocumentResponse,
  DocumentPath,
  DocumentSummary,
  Status,
  StatusWithDelays,
} from './contract/document.ts';
import { EXAMPLES } from './contract/examples.ts';
import { JwtValidationRequest, JwtValidationResponse } from './contract/redirect-token.ts';
import { ResourcePath } from './contract/resource.ts';
import {
  CancelQuery,
  DeleteQuery,
  UpdatableDocument,
  UpdateDocumentRequestWrapper,
} from './contract/update-document.ts';
import { createDocument } from './create-document.ts';
import { deleteDocument } from './delete-document.ts';
import { fileRoutes } from './file-routes.ts';
import { getDocument, getStatus } from './get-document.ts';
import { getResource } from './get-resource.ts';
import { getSummary } from './get-summary.ts';
import { listRoutes } from './list-routes.ts';
import { listSummaries, SummaryPage, SummaryQuery } from './list-summaries.ts';
import { notificationRoutes } from './notification-routes.ts';
import { validateRedirectToken } from './redirect-token.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signerRoutes } from './signer-routes.ts';
import { updateDocument } from './update-document.ts';

/** The operations of `/signature`: one row each, no logic. */
export function signatureRoutes(deps: SignatureDeps): RouteDefinition[] {
  return [
    {
      method: 'POST',
      path: '/signature/documents',
      operationId: 'Documents_Create',
      creates: true,
      summary: 'Create a document and open it for signing',
      description:
        'The document is open for signing at once, or when the attachments that it announces are there; each signer gets an own sign URL. The same request with the same externalId answers the existing document with 200; another request with it is refused with 422.',
      example: EXAMPLES.create,
      tags: ['Documents'],
      scope: 'document_write',
      product: 'signature',
      body: CreateDocumentRequestWrapper,
      responses: { 200: CreateDocumentResponse, 201: CreateDocumentResponse },
      contractStatus: 200,
      handle: (context, { body }) => createDocument(deps, context, body),
    },
    {
      method: 'GET',
      path: '/signature/documents/summary',
      operationId: 'Documents_GetCollection',
      summary: 'List summaries of documents, newest first',
      description: 'Filters are combined; links keep them.',
      example: EXAMPLES.list,
      tags: ['Documents'],
      scope: 'document_read',
      product: 'signature',
      query: SummaryQuery,
      responses: { 200: SummaryPage },
      handle: (context, { query }) => listSummaries(deps, context, query),
    },
    {
      method: 'GET',
      path: '/signature/documents/{documentId}',
      operationId: 'Documents_Get',
      summary: 'Get a document',
      description: 'Everything that was sent, but for the content, with the present status and the sign URLs.',
      example: EXAMPLES.get,
      tags: ['Documents'],
      scope: 'document_read',
      product: 'signature',
      params: DocumentPath,
      responses: { 200: CreateDocumentResponse },
      handle: (context, { params }) => getDocument(deps, context, params.documentId),
    },
    {
      method: 'PATCH',
      path: '/signature/documents/{documentId}',
      operationId: 'Documents_Update',
      summary: 'Update a document',
      description:
        'Only the members that are sent change. Title, description, contact and the rules of signing are fixed with the first signature, texts and deadline with the end of the document.',
      example: EXAMPLES.update,
      tags: ['Documents'],
      scope: 'document_write',
      product: 'signature',
      params: DocumentPath,
      body: UpdateDocumentRequestWrapper,
      complete: UpdatableDocument,
      responses: { 200: CreateDocumentResponse },
      handle: (context, { params, body, headers }) =>
        updateDocument(deps, context, params.documentId, { body, headers }),
    },
    {
      method: 'DELETE',
      path: '/signature/documents/{documentId}',
      operationId: 'Documents_Delete',
      summary: 'Delete a document',
      description:
        'Erases a signed, cancelled or expired document at once, with its files and everything about its signers. An open one is cancelled first.',
      tags: ['Documents'],
      scope: 'document_write',
      product: 'signature',
      params: DocumentPath,
      query: DeleteQuery,
      responses: { 204: null },
      handle: (context, { params, query, headers }) =>
        deleteDocument(deps, context, params.documentId, { reason: query.reason, headers }),
    },
    {
      method: 'POST',
      path: '/signature/documents/{documentId}/cancel',
      operationId: 'Documents_Cancel',
      summary: 'Cancel a document',
      description: 'Nobody can sign it any more. Repeating it answers the same.',
      example: EXAMPLES.cancel,
      tags: ['Documents'],
      scope: 'document_write',
      product: 'signature',
      params: DocumentPath,
      query: CancelQuery,
      responses: { 200: Status },
      handle: (context, { params, query }) => cancelDocument(deps, context, params.documentId, query.reason),
    },
    {
      method: 'GET',
      path: '/signature/documents/{documentId}/status',
      operationId: 'Documents_GetStatus',
      summary: 'Get the status of a document',
      description: 'The state of the document, and which of its files can be fetched.',
      example: EXAMPLES.status,
      tags: ['Documents'],
      scope: 'document_read',
      product: 'signature',
      params: DocumentPath,
      responses: { 200: StatusWithDelays },
      handle: (context, { params }) => getStatus(deps, context, params.documentId),
    },
    {
      method: 'GET',
      path: '/signature/documents/{documentId}/summary',
      operationId: 'Documents_GetSummary',
      summary: 'Get the summary of a document',
      description: 'The document in short, with its completed signatures.',
      example: EXAMPLES.summary,
      tags: ['Documents'],
      scope: 'document_read',
      product: 'signature',
      params: DocumentPath,
      responses: { 200: DocumentSummary },
      handle: (context, { params }) => getSummary(deps, context, params.documentId),
    },
    ...signerRoutes(deps),
    ...attachmentRoutes(deps),
    ...fileRoutes(deps),
    {
      method: 'POST',
      path: '/signature/jwt',
      operationId: 'Jwt_Validate',
      summary: 'Check the token of a redirect',
      description:
        'Checks `idfy-jwt`, with which a signer came back. A token that is forged or too old is answered with 200 too. Needs no token of its own.',
      example: EXAMPLES.redirectToken,
      tags: ['Jwt'],
      body: JwtValidationRequest,
      responses: { 200: JwtValidationResponse },
      handle: (_context, { body }) => validateRedirectToken(deps, body),
    },
    ...notificationRoutes(deps),
    {
      method: 'GET',
      path: '/resources/{resourceId}',
      operationId: 'Resources_Get',
      summary: 'Fetch what was collected about a signer or a document',
      description: 'As the register or service answered it, JSON or PDF. Links of signers and documents lead here.',
      tags: ['Resources'],
      scope: 'document_read',
      product: 'signature',
      params: ResourcePath,
      responses: { 200: 'file' },
      handle: (context, { params }) => getResource(deps, context, params.resourceId),
    },
    ...listRoutes(deps),
  ];
}
