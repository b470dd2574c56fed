import { readFile } from 'node:fs/promises';
import { connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import fc from 'fast-check';
import { type Contract, operationsOf } from './contract.ts';
import { type GeneratedRequest, requestFor } from './generate-request.ts';
import { createJudge } from './judge-answer.ts';

const ROUND = 500;
const CONNECTIONS = 6;
/** Bodies of later rounds differ, those of a run with the same seed do not. */
const DEFAULT_SEED = 20_261_124;
/** Takes no input, and ends the caller's own access: whatever comes after would show nothing. */
const CLOSES_THE_ACCOUNT = '/admin/account/disable';

export interface Finding extends GeneratedRequest {
  problem: string;
}

export interface Summary {
  requests: number;
  seconds: number;
  /** Status → how often. */
  statuses: Record<string, number>;
  /** Operation → statuses seen. */
  operations: Record<string, Set<number>>;
  findings: Finding[];
}

/**
 * Sends generated requests for every operation of the contract to a server of its own, and judges each answer. The
 * same seed gives the same requests.
 */
export async function tryEveryOperation(options: {
  requests: number;
  seed?: number;
  onRound?: (summary: Summary, residentMb: number) => void;
}): Promise<Summary> {
  const segl = await startSegl({ environment: { SEGL_THROTTLE: 'off', SEGL_LOG_LEVEL: 'error' } });
  try {
    return await run(segl, options);
  } finally {
    await segl.remove();
  }
}

async function run(segl: SeglProcess, options: Parameters<typeof tryEveryOperation>[0]): Promise<Summary> {
  const [api, contract, pdf] = await Promise.all([
    connect(segl),
    fetch(`${segl.url}/openapi.json`).then((answer) => answer.json() as Promise<Contract>),
    sampleContract(),
  ]);
  const created = await Promise.all(
    [1, 2, 3].map(() => api.request('POST', '/signature/documents', documentRequest(pdf))),
  );
  const hooks = await api.request('GET', '/notification/webhooks');
  const attached = await Promise.all(
    created.map(({ body }) =>
      api.request('POST', `/signature/documents/${body.documentId}/attachments`, {
        fileName: 'rules.pdf',
        title: 'House rules',
        data: pdf.toString('base64'),
      }),
    ),
  );
  const known = {
    ids: {
      documentId: created.map(({ body }) => body.documentId as string),
      signerId: created.map(({ body }) => body.signers[0].id as string),
      attachmentId: attached.map(({ body }) => body.id as string),
      id: ['1', '2', '3', ...(hooks.body as { id: number }[]).map(({ id }) => String(id))],
    },
    document: pdf.toString('base64'),
  };
  const places = operationsOf(contract).filter(({ path }) => path !== CLOSES_THE_ACCOUNT);
  const judge = createJudge(contract);
  const generators = places.map((place) => requestFor(place, known));
  const summary: Summary = { requests: 0, seconds: 0, statuses: {}, operations: {}, findings: [] };
  const started = performance.now();

  for (let round = 0; summary.requests < options.requests; round++) {
    const count = Math.min(ROUND, options.requests - summary.requests);
    const seed = (options.seed ?? DEFAULT_SEED) + round;
    // Each operation in turn, so that all of them come equally often.
    const perOperation = generators.map((generator, at) =>
      fc.sample(generator, { seed: seed + at, numRuns: Math.ceil(count / places.length) }),
    );
    const queue = Array.from({ length: count }, (_, at) => ({
      place: places[at % places.length]!,
      request: perOperation[at % places.length]![Math.floor(at / places.length)]!,
    }));
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (let next = queue.pop(); next; next = queue.pop()) {
          const { place, request } = next;
          const answer = await api
            .request(request.method, request.path, request.body, request.headers)
            .catch((cause: unknown) => cause as Error);
          const problem = answer instanceof Error ? String(answer.cause ?? answer) : judge(place, answer);
          if (problem !== undefined) summary.findings.push({ ...request, problem });
          if (answer instanceof Error) continue;
          summary.statuses[answer.status] = (summary.statuses[answer.status] ?? 0) + 1;
          const seen = summary.operations[request.operationId] ?? new Set();
          summary.operations[request.operationId] = seen.add(answer.status);
        }
      }),
    );
    summary.requests += count;
    summary.seconds = (performance.now() - started) / 1000;
    options.onRound?.(summary, await residentMb(segl.processId));
  }
  return summary;
}

/** Resident memory of a process. Linux only. */
export async function residentMb(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
