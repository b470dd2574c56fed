import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  body: any;
}

const OPERATOR = fileURLToPath(new URL('../../packages/server/src/operator.ts', import.meta.url));
const run = promisify(execFile);

/** Calls one server as programs do: forms for tokens, JSON for the rest. */
export class ApiUser {
  private readonly url: string;
  private readonly headers: Record<string, string>;

  /** `headers` go with every request, for example those that a proxy sets. */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.url = url;
    this.headers = headers;
  }

  async post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  /** Throws an error with status and code when there is none. */
  async token(clientId: string, clientSecret: string, scope = ''): Promise<string> {
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
    const answer = await this.post('/oauth/connect/token', form);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.error}`);
    return answer.body.access_token as string;
  }

  async call(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  private async send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Answer> {
    const answer = await fetch(this.url + path, { ...init, headers: { ...this.headers, ...init.headers } });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.startsWith('application/json');
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text || undefined };
  }
}

/** The key that signed a token, as its header names it. */
export function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string;
}

/** Runs a command of the operator with the settings of a server; answers what it prints. */
export async function operate(
  environment: Record<string, string>,
  ...command: string[]
): Promise<Record<string, string>> {
  const { stdout } = await run(process.execPath, [OPERATOR, ...command], {
    env: { PATH: process.env.PATH, ...environment },
  });
  return JSON.parse(stdout) as Record<string, string>;
}
