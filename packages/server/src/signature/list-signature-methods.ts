import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { MECHANISMS, type Mechanism, type SignatureMethod } from './contract/document.ts';
import type { FileType, SignatureMethodQuery } from './contract/lists.ts';
import type { SignatureDeps } from './signature-deps.ts';
import {
  isSignatureMethod,
  METHOD_FACTS,
  type MethodFacts,
  OFFERED_MECHANISMS,
  signableTypes,
} from './signature-methods.ts';

type KnownMethod = keyof typeof METHOD_FACTS;

/** Every method that there is a name for, filtered by what it can do. */
export function listKnownMethods(query: SignatureMethodQuery): OperationResult {
  const found = (Object.entries(METHOD_FACTS) as [KnownMethod, MethodFacts][])
    .filter(([, { signs }]) => fits(query, MECHANISMS, (mechanism) => signableTypes(mechanism, signs)))
    .map(([method, facts]) => methodItem(method, facts.name, query.language));
  return { status: 200, body: found };
}

/** The methods that a document of the account could be signed with now: those of its environment, by name of the instance. */
export function listAccountMethods(
  deps: Pick<SignatureDeps, 'eids'>,
  context: Pick<OperationContext, 'environment'>,
  query: SignatureMethodQuery,
): OperationResult {
  const found = deps.eids
    .list(context.environment)
    .filter(
      ({ method, signs }) =>
        isSignatureMethod(method) && fits(query, OFFERED_MECHANISMS, (mechanism) => signableTypes(mechanism, signs)),
    )
    .map(({ method, displayName }) => methodItem(method as KnownMethod, displayName, query.language));
  return { status: 200, body: found };
}

/** Whether one of the mechanisms asked for can sign something, and that includes what is asked for. */
function fits(
  query: SignatureMethodQuery,
  mechanisms: readonly Mechanism[],
  typesFor: (mechanism: Mechanism) => readonly FileType[],
): boolean {
  return mechanisms.some((mechanism) => {
    if (query.mechanism !== undefined && query.mechanism !== mechanism) return false;
    const types = typesFor(mechanism);
    if (query.fileType !== undefined && !types.includes(query.fileType)) return false;
    if (query.signableAttachments && !types.includes('pdf')) return false;
    return types.length > 0;
  });
}

function methodItem(method: KnownMethod, name: string, language: string | undefined) {
  const description = METHOD_FACTS[method].description;
  const norwegian = /^(no|nb|nn)\b/i.test(language ?? '');
  return { type: method satisfies SignatureMethod, name, description: norwegian ? description.no : description.en };
}
