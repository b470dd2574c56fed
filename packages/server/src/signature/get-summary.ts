import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { summaryResource } from './document-representation.ts';
import { requireDocument } from './get-document.ts';
import type { SignatureDeps } from './signature-deps.ts';

export async function getSummary(
  deps: Pick<SignatureDeps, 'database'>,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, documentId);
  const { title, description, externalId, advanced } = document.request;
  return {
    status: 200,
    body: summaryResource({
      ...document,
      title,
      description,
      externalId,
      tags: advanced.tags,
      packages: document.packages,
      attachments: document.attachments.map((attachment) => attachment.id),
      signers: document.signers.map((signer) => ({
        id: signer.id,
        externalSignerId: signer.request.externalSignerId,
      })),
    }),
  };
}
