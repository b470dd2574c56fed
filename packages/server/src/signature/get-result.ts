import type { OperationResult } from '../kernel/http/route.ts';
import { packagedFile, signedCopyOf } from './get-file.ts';
import { redirectUrl } from './redirect-token.ts';
import { loadTurn, type SessionContext } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { MAIN_PART } from './wanted-packages.ts';

/** Whether the signed file can be fetched, and where the sender wants the browser to go. */
export async function getResult(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  const copy = signedCopyOf(document);
  const signature = document.signatures.find((one) => one.signerId === signer.id);
  return {
    status: 200,
    body: {
      packaged: copy.made !== undefined,
      downloads: copy.made
        ? [{ kind: copy.format, fileName: copy.made.fileName, url: '/app/v1/documents/main/signed' }]
        : [],
      redirect: signature && (await redirectUrl(deps, document, signer, { result: 'signed', signature })),
    },
  };
}

/** The signer's own copy. Throws 404 `file_not_ready` until all have signed and the file is made. */
export async function getSignedCopy(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document } = await loadTurn(deps, context.session, context.now);
  return { status: 200, file: packagedFile(deps, document, MAIN_PART, signedCopyOf(document).format) };
}
