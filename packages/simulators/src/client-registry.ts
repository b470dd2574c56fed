import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet } from 'jose';

/** A relying party of the simulators. Authenticates with `client_secret_basic`, or with `private_key_jwt` if it has `jwks`. */
export interface RegisteredClient {
  client_id: string;
  /** The merchant's name as the login pages show it; the client id where absent. */
  client_name?: string;
  client_secret?: string;
  jwks?: JSONWebKeySet;
  redirect_uris: string[];
}

/** Reads `SEGL_SIMULATORS_CLIENTS`: a JSON list, or the path of a file that holds one. Throws with the faulty member's name. */
export async function readClients(setting: string): Promise<RegisteredClient[]> {
  const text = setting.trimStart().startsWith('[') ? setting : await readFile(setting, 'utf8');
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new TypeError('SEGL_SIMULATORS_CLIENTS must hold a JSON list');
  return list.map((entry, index) => {
    const problem = findProblem(entry);
    if (problem) throw new TypeError(`SEGL_SIMULATORS_CLIENTS[${index}]: ${problem}`);
    return entry as RegisteredClient;
  });
}

function findProblem(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return 'must be an object';
  const client = entry as Record<string, unknown>;
  if (typeof client.client_id !== 'string' || client.client_id === '') return 'client_id is missing';
  if (typeof client.client_secret !== 'string' && typeof client.jwks !== 'object') return 'needs client_secret or jwks';
  if (!Array.isArray(client.redirect_uris) || client.redirect_uris.length === 0) return 'redirect_uris is missing';
  return undefined;
}
