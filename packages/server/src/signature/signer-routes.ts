import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { addSigner, deleteSigner, updateSigner } from './change-signers.ts';
import { DocumentPath, SignerResponse, SignerWrapper } from './contract/document.ts';
import { EXAMPLES } from './contract/examples.ts';
import { SignerPath, UpdateSignerRequestWrapper } from './contract/signer.ts';
import { getSigner, listSigners } from './get-signer.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** The operations of `/signature/documents/{documentId}/signers`. */
export function signerRoutes(deps: SignatureDeps): RouteDefinition[] {
  const reading = { tags: ['Signers'] as [string], scope: 'document_read', product: 'signature' };
  const writing = { ...reading, scope: 'document_write' };
  return [
    {
      ...reading,
      method: 'GET',
      path: '/signature/documents/{documentId}/signers',
      operationId: 'Signers_List',
      summary: 'List the signers of a document',
      description: 'In the order in which they were added.',
      example: EXAMPLES.listSigners,
      params: DocumentPath,
      responses: { 200: Type.Array(SignerResponse) },
      handle: (context, { params }) => listSigners(deps, context, params.documentId),
    },
    {
      ...writing,
      method: 'POST',
      path: '/signature/documents/{documentId}/signers',
      operationId: 'Signers_Add',
      summary: 'Add a signer to a document',
      description: 'As long as the document is open. A signer whose turn it is gets the request at once.',
      example: EXAMPLES.addSigner,
      params: DocumentPath,
      body: SignerWrapper,
      responses: { 201: SignerResponse },
      contractStatus: 200,
      handle: (context, input) => addSigner(deps, context, input),
    },
    {
      ...reading,
      method: 'GET',
      path: '/signature/documents/{documentId}/signers/{signerId}',
      operationId: 'Signers_Get',
      summary: 'Get a signer',
      description: 'With the sign URL and, when there is one, the signature.',
      example: EXAMPLES.getSigner,
      params: SignerPath,
      responses: { 200: SignerResponse },
      handle: (context, { params }) => getSigner(deps, context, params),
    },
    {
      ...writing,
      method: 'PATCH',
      path: '/signature/documents/{documentId}/signers/{signerId}',
      operationId: 'Signers_Update',
      summary: 'Update a signer',
      description:
        'Only the members that are sent change, and only until the signer has signed. Another e-mail address or mobile number, or rotateUrl, gives a new sign URL.',
      example: EXAMPLES.updateSigner,
      params: SignerPath,
      body: UpdateSignerRequestWrapper,
      complete: SignerWrapper,
      responses: { 200: SignerResponse },
      handle: (context, input) => updateSigner(deps, context, input),
    },
    {
      ...writing,
      method: 'DELETE',
      path: '/signature/documents/{documentId}/signers/{signerId}',
      operationId: 'Signers_Delete',
      summary: 'Delete a signer',
      description:
        'Until the signer has signed. The document is signed when nobody else has to sign; the last signer stays.',
      params: SignerPath,
      responses: { 204: null },
      contractStatus: 200,
      handle: (context, input) => deleteSigner(deps, context, input),
    },
  ];
}
