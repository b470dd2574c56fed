import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { addAttachment, deleteAttachment, updateAttachment } from './change-attachments.ts';
import {
  AttachmentListItem,
  AttachmentPath,
  AttachmentRequestWrapper,
  AttachmentResponse,
  UpdateAttachmentRequestWrapper,
} from './contract/attachment.ts';
import { DocumentPath } from './contract/document.ts';
import { EXAMPLES } from './contract/examples.ts';
import { getAttachment, listAttachments } from './get-attachment.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** The operations of `/signature/documents/{documentId}/attachments`. */
export function attachmentRoutes(deps: SignatureDeps): RouteDefinition[] {
  const reading = { tags: ['Attachments'] as [string], scope: 'document_read', product: 'signature' };
  const writing = { ...reading, scope: 'document_write' };
  return [
    {
      ...reading,
      method: 'GET',
      path: '/signature/documents/{documentId}/attachments',
      operationId: 'Attachments_List',
      summary: 'List the attachments of a document',
      description: 'In the order in which signers see them.',
      example: EXAMPLES.listAttachments,
      params: DocumentPath,
      responses: { 200: Type.Array(AttachmentListItem) },
      handle: (context, { params }) => listAttachments(deps, context, params.documentId),
    },
    {
      ...writing,
      method: 'POST',
      path: '/signature/documents/{documentId}/attachments',
      operationId: 'Attachments_Create',
      summary: 'Add an attachment to a document',
      description:
        'Until somebody has signed. A document that announced attachments opens for signing with the last of them.',
      example: EXAMPLES.addAttachment,
      params: DocumentPath,
      body: AttachmentRequestWrapper,
      responses: { 201: AttachmentResponse },
      handle: (context, input) => addAttachment(deps, context, input),
    },
    {
      ...reading,
      method: 'GET',
      path: '/signature/documents/{documentId}/attachments/{attachmentId}',
      operationId: 'Attachments_Get',
      summary: 'Get an attachment',
      description: 'With its content when the token has the scope document_file.',
      example: EXAMPLES.getAttachment,
      params: AttachmentPath,
      responses: { 200: AttachmentResponse },
      handle: (context, { params }) => getAttachment(deps, context, params),
    },
    {
      ...writing,
      method: 'PATCH',
      path: '/signature/documents/{documentId}/attachments/{attachmentId}',
      operationId: 'Attachments_Update',
      summary: 'Update an attachment',
      description: 'Only the members that are sent change, and only until somebody has signed.',
      example: EXAMPLES.updateAttachment,
      params: AttachmentPath,
      body: UpdateAttachmentRequestWrapper,
      complete: AttachmentRequestWrapper,
      responses: { 200: AttachmentResponse },
      handle: (context, input) => updateAttachment(deps, context, input),
    },
    {
      ...writing,
      method: 'DELETE',
      path: '/signature/documents/{documentId}/attachments/{attachmentId}',
      operationId: 'Attachments_Delete',
      summary: 'Delete an attachment',
      description: 'Until somebody has signed. A document that is open for signing stays open.',
      params: AttachmentPath,
      responses: { 204: null },
      contractStatus: 200,
      handle: (context, input) => deleteAttachment(deps, context, input),
    },
  ];
}
