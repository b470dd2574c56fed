import type { OperationResult } from '../kernel/http/route.ts';
import { packagedFile } from './get-file.ts';
import { redirectUrl } from './redirect-token.ts';
import { loadTurn, type SessionContext } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** Whether the signed file can be fetched, and where the sender wants the browser to go. */
export async function getResult(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  const pades = document.packages.find((made) => made.format === 'pades');
  const signature = document.signatures.find((one) => one.signerId === signer.id);
  return {
    status: 200,
    body: {
      // Nothing is made of what is not PDF.
      packaged: pades !== undefined || document.format !== 'pdf',
      downloads: pades ? [{ kind: 'pades', fileName: pades.fileName, url: '/app/v1/documents/main/signed' }] : [],
      redirect: signature && (await redirectUrl(deps, document, signer, { result: 'signed', signature })),
    },
  };
}

/** The signer's own copy. Throws 404 `file_not_ready` until all have signed and the file is made. */
export async function getSignedCopy(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document } = await loadTurn(deps, context.session, context.now);
  return { status: 200, file: packagedFile(deps, document, 'pades') };
}
