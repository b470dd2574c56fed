import type { Transaction } from '../kernel/db/database.ts';
import type { Events } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import {
  documentResourceTypes,
  factsOf,
  openProperties,
  type ResourceType,
  signerResourceTypes,
} from './extra-info.ts';
import { openSignedNumber } from './national-number.ts';
import type { ResourceAnswer, ResourceQuery } from './resource-source.ts';
import {
  finishResource,
  insertResources,
  listOpenResources,
  type ResourceRecord,
  type ResourceTask,
  resourceUrl,
} from './resource-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findDocument, lockDocument } from './store.ts';

export const COLLECT_RESOURCE = 'signature.collect-resource';

const QUERY_MS = 10_000;
const RETRY_DELAYS_SECONDS = [5, 60, 300, 900];

/** What is to be collected of a signer with the signature, under the document's row lock. */
export function wantSignerResources(tx: Transaction, document: DocumentRecord, signerId: string, now: Date) {
  const signer = document.signers.find((one) => one.id === signerId);
  return signer ? want(tx, document, signerId, signerResourceTypes(document, signer), now) : undefined;
}

/** What is to be collected of the document when it is complete, under its row lock. */
export function wantDocumentResources(tx: Transaction, document: DocumentRecord, now: Date) {
  return want(tx, document, undefined, documentResourceTypes(document), now);
}

async function want(
  tx: Transaction,
  document: DocumentRecord,
  signerId: string | undefined,
  types: readonly ResourceType[],
  now: Date,
): Promise<void> {
  if (types.length === 0) return;
  await insertResources(
    tx,
    document,
    types.map((type) => ({ id: uuidv7(now), signerId, type })),
    now,
  );
}

/** One job per resource, in the transaction that removes the event of the signature from the outbox. */
export function registerResources(deps: SignatureDeps, jobs: Jobs, events: Events): void {
  jobs.define<ResourceTask>({
    name: COLLECT_RESOURCE,
    concurrency: 4,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 60,
    handle: (task) => collectResource(deps, task),
  });
  events.subscribe('signature.resources', ['document_partially_signed', 'document_signed'], async (signed, tx) => {
    const tasks = await listOpenResources(
      tx,
      signed.flatMap(({ documentId }) => documentId ?? []),
    );
    await jobs.sendMany(
      COLLECT_RESOURCE,
      tasks.map((data) => ({ data, singletonKey: data.resourceId })),
      tx,
    );
  });
}

/**
 * Asks the source of a resource and keeps its answer, or why there is none. Raises `resource_created` when it can be
 * fetched. Nothing to do when it was collected before, or its document is gone.
 */
export async function collectResource(deps: SignatureDeps, { documentId, resourceId }: ResourceTask): Promise<void> {
  const document = await findDocument(deps.database, documentId);
  const resource = document?.resources.find((one) => one.id === resourceId);
  if (!document || resource?.status !== 'NotReady') return;
  const outcome = await outcomeOf(deps, document, resource);
  const now = deps.accountTime.now(document.accountId, document.environment);
  await deps.database.transaction(async (tx) => {
    const present = await lockDocument(tx, documentId);
    if (!present || !(await finishResource(tx, present, resourceId, outcome, now))) return;
    if (outcome.status !== 'Success') return;
    const signer = present.signers.find((one) => one.id === resource.signerId);
    await deps.events.append(tx, {
      accountId: document.accountId,
      environment: document.environment,
      type: 'resource_created',
      documentId,
      payload: {
        sourceType: 'document',
        sourceId: documentId,
        resourceId,
        link: { rel: resource.type, href: resourceUrl(deps, resourceId), contentType: outcome.file!.mediaType },
      },
      tags: [...new Set([...present.request.advanced.tags, ...(signer?.request.tags ?? [])])],
    });
  });
}

type Outcome = Pick<ResourceRecord, 'status' | 'message' | 'file'>;

function without(status: ResourceRecord['status'], message: string): Outcome {
  return { status, message, file: undefined };
}

async function outcomeOf(deps: SignatureDeps, document: DocumentRecord, resource: ResourceRecord): Promise<Outcome> {
  const { type } = resource;
  const { product, byNationalNumber } = factsOf(type);
  if (!(await deps.hasProduct(document.accountId, product))) {
    return without('Unauthorized', `The account has not subscribed to ${product}.`);
  }
  const source = deps.resourceSources.find(
    (one) => one.environment === document.environment && one.types.includes(type),
  );
  if (!source) return without('Error', `No source of ${type} is set up on this instance.`);
  const query = queryOf(deps, document, resource);
  if (byNationalNumber && !query.person?.nationalNumber) {
    return without('BadInput', 'The eID did not tell the national number that this is asked by.');
  }
  let answer: ResourceAnswer;
  const signal = AbortSignal.timeout(QUERY_MS);
  try {
    answer = await source.query(query, { signal });
  } catch (err) {
    deps.log.warn({ documentId: document.id, resourceId: resource.id, type, err }, 'a source could not be asked');
    return signal.aborted
      ? without('TimeOut', 'The source did not answer in time.')
      : without('ServiceUnavailable', 'The source could not be asked.');
  }
  switch (answer.result) {
    case 'none':
      return without('NotFound', 'The source knows nothing about it.');
    case 'failed':
      return without(answer.status, answer.message);
    case 'found': {
      const { sha256, sizeBytes } = await deps.files.put(document.accountId, answer.content);
      return { status: 'Success', message: undefined, file: { sha256, sizeBytes, mediaType: answer.mediaType } };
    }
  }
}

function queryOf(deps: SignatureDeps, document: DocumentRecord, { type, signerId }: ResourceRecord): ResourceQuery {
  const signer = document.signers.find((one) => one.id === signerId);
  const signature = document.signatures.find((one) => one.signerId === signerId);
  const info = signer?.request.signerInfo;
  return {
    type,
    accountId: document.accountId,
    environment: document.environment,
    ...(signature
      ? {
          person: {
            fullName: signature.fullName,
            firstName: signature.firstName,
            lastName: signature.lastName,
            dateOfBirth: signature.dateOfBirth,
            nationalNumber: factsOf(type).byNationalNumber
              ? openSignedNumber(deps.nationalNumberBox, document.id, signature)
              : undefined,
            email: info?.email,
            mobile: info?.mobile?.number && `${info.mobile.countryCode ?? ''}${info.mobile.number}`,
            organizationNumber: info?.organizationInfo?.orgNo,
          },
        }
      : {}),
    properties: {
      ...openProperties(deps, document.id, document.request.advanced.extraInfo),
      ...(signer ? openProperties(deps, signer.id, signer.request.extraInfo) : {}),
    },
  };
}
