import type { FastifyInstance } from 'fastify';
import { answerWrongVerbs, registerRoutesFor } from '../kernel/http/register-routes.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { sessionStartRoutes, signingAppRoutes } from './app-routes.ts';
import { registerEntryPages } from './entry-page.ts';
import { signatureRoutes } from './routes.ts';
import { requireSession } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';

export { registerResources } from './collect-resource.job.ts';
export { startDocumentTimers } from './document-timers.ts';
export type { EvidenceEntry } from './evidence.ts';
export { firstBrokenEvidence } from './evidence.ts';
export { handwrittenPicture, SEALED_EVIDENCE_FORMAT } from './evidence-document.ts';
export { listEvidence } from './evidence-store.ts';
export { startFoldingCounts } from './fold-counts.ts';
export { createPatternMatcher } from './match-pattern.ts';
export { messageContent } from './message-content.ts';
export type { CodeMessage } from './messages-port.ts';
export { type NationalNumber, openSignedNumber } from './national-number.ts';
export { createOneTimeCodes } from './one-time-code.ts';
export {
  countDocumentsToPackage,
  countPackagingFailures,
  listDocumentsToPackage,
  listPackagingFailures,
  listWantedPackages,
  type PackagingFailure,
  type PackagingTask,
  putPackagingFailure,
} from './package-store.ts';
export { raiseNatives } from './raise-native.ts';
export { receiptsDue } from './receipts-due.ts';
export { RECEIPT_EXTENSION, recordPackage, signedFileName } from './record-package.ts';
export { reminderPlans } from './reminder-plan.ts';
export type { ResourceAnswer, ResourceQuery, ResourceSource } from './resource-source.ts';
export { createSignLinks } from './sign-link.ts';
export type { PdfCheck, SignatureDeps } from './signature-deps.ts';
export { signatureName } from './signature-methods.ts';
export { attachmentContent, mainContent, type SignedContent } from './signed-content.ts';
export { signersToAsk } from './signers-to-ask.ts';
export { EID_CALLBACK_PATH } from './start-attempt.ts';
export type { DocumentRecord, SignatureRecord } from './store.ts';
export { findDocument } from './store.ts';
export { type MadeFormat, partOfName } from './wanted-packages.ts';

export interface Signature {
  routes: RouteDefinition[];
  /** Mounts the signing app's pages and its server side. */
  registerApp(app: FastifyInstance, options: { shell(): Promise<string> }): void;
}

export function createSignature(deps: SignatureDeps): Signature {
  return {
    routes: signatureRoutes(deps),
    registerApp(app, options) {
      registerEntryPages(app, deps, options);
      const startRoutes = sessionStartRoutes(deps);
      const sessionRoutes = signingAppRoutes(deps);
      const throttle = { perAddress: 'signing', perCaller: 'session' } as const;
      registerRoutesFor(app, startRoutes, {
        throttle,
        context: async (request) => ({
          now: deps.clock.now(),
          clientIp: request.ip,
          userAgent: request.headers['user-agent']?.slice(0, 500),
          requireHttps: (environment) => requireHttps(request, environment),
        }),
      });
      registerRoutesFor(app, sessionRoutes, {
        throttle,
        context: async (request) => {
          const session = await requireSession(deps, request.headers.authorization);
          request.onBehalfOf = { accountId: session.accountId, environment: session.environment };
          requireHttps(request, session.environment);
          return {
            session,
            now: deps.accountTime.now(session.accountId, session.environment),
            requestId: request.id,
            clientIp: request.ip,
            userAgent: request.headers['user-agent']?.slice(0, 500),
          };
        },
      });
      answerWrongVerbs(app, [...startRoutes, ...sessionRoutes]);
    },
  };
}
