import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { signatureResource, statusResource } from './document-representation.ts';
import { requireDocument } from './get-document.ts';
import type { SignatureDeps } from './signature-deps.ts';

export async function getSummary(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, documentId);
  const externalIds = new Map(document.signers.map((signer) => [signer.id, signer.request.externalSignerId]));
  return {
    status: 200,
    body: {
      documentId: document.id,
      accountId: document.accountId,
      title: document.request.title,
      description: document.request.description,
      externalId: document.request.externalId,
      created: document.createdAt.toISOString(),
      lastUpdated: document.updatedAt.toISOString(),
      deadline: document.deadline.toISOString(),
      signedDate: document.signedAt?.toISOString(),
      status: statusResource(
        document.status,
        document.packages.map((made) => made.format),
      ),
      requiredSignatures: document.requiredSignatures,
      currentSignatures: document.signatures.length,
      tags: document.request.advanced.tags,
      attachments: [],
      signers: document.signers.map((signer) => signer.id),
      documentSignatures: document.signatures.map((signature) => ({
        signerId: signature.signerId,
        externalSignerId: externalIds.get(signature.signerId) ?? '',
        ...signatureResource(signature),
      })),
    },
  };
}
