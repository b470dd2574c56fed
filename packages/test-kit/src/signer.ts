import { authenticateAtNoBankId } from '@segl/simulators/src/no-bankid/test-person.ts';

/** Listed test persons of the Norwegian BankID simulator; the first one is the person of the first steps. */
export const KARI = '05128938534';

/** A signer without a browser: the calls of the signing app, one after the other. */
export interface Signer {
  sessionToken: string;
  /** Empty while the person has not proven who they are. */
  documentSha256: string;
  /** Starts the eID; answers its address. */
  start(): Promise<{ attemptId: string; url: string }>;
  /** Plays the person at the eID and follows its redirect back. */
  passEid(
    url: string,
    credentials?: { nationalNumber?: string; oneTimeCode?: string; password?: string },
  ): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the answer
  complete(attemptId: string): Promise<{ status: number; body: any }>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  call(method: string, path: string, body?: object): Promise<{ status: number; body: any; bytes: Buffer }>;
}

/** Opens a sign URL as the signing app does. */
export async function openSignUrl(signUrl: string): Promise<Signer> {
  const base = new URL(signUrl).origin;
  const html = await (await fetch(signUrl)).text();
  const boot = JSON.parse(/id="segl-boot"[^>]*>([^<]*)</.exec(html)?.[1] ?? '{}') as { bootCode?: string };
  const session = await post(`${base}/app/v1/session`, { bootCode: boot.bootCode });
  if (session.status !== 200) throw new Error(`the session was not started: ${session.status}`);
  const { sessionToken, view } = session.body;
  /** How the address named each attempt that came back. */
  const returns = new Map<string, string>();
  const call: Signer['call'] = async (method, path, body) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${sessionToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return read(response);
  };
  return {
    sessionToken,
    documentSha256: view.document?.sha256 ?? '',
    call,
    async start() {
      const body = { method: 'no_bankid_netcentric', documentSha256: view.document?.sha256 };
      const started = await call('POST', '/app/v1/sign/start', body);
      if (started.status !== 200) throw new Error(`the eID was not started: ${started.status} ${started.body?.code}`);
      return { attemptId: started.body.attemptId, url: started.body.step.url };
    },
    async passEid(url, credentials = {}) {
      const callback = await authenticateAtNoBankId(url, { nationalNumber: KARI, ...credentials });
      const back = await fetch(callback, { redirect: 'manual' });
      const returned = back.headers.get('location')?.split('#attempt=')[1] ?? '';
      returns.set(returned.split('.')[0] ?? '', returned);
    },
    complete: (attemptId) =>
      call('POST', '/app/v1/sign/complete', { returnedAttempt: returns.get(attemptId) ?? attemptId }),
  };
}

/** The whole act of one signer. */
export async function signAt(signUrl: string): Promise<void> {
  const signer = await openSignUrl(signUrl);
  const { attemptId, url } = await signer.start();
  await signer.passEid(url);
  const done = await signer.complete(attemptId);
  if (done.body?.outcome !== 'signed') throw new Error(`not signed: ${done.status} ${JSON.stringify(done.body)}`);
}

async function post(url: string, body: object) {
  return read(
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  );
}

async function read(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const json = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, bytes, body: json ? JSON.parse(bytes.toString('utf8')) : undefined };
}
