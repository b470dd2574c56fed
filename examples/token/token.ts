// An access token, kept until shortly before it expires, and one call with it. Needs Node 24 or newer:
//   SEGL_URL=http://localhost:8642 SEGL_CLIENT_ID=… SEGL_CLIENT_SECRET=… node token.ts

const { SEGL_URL, SEGL_CLIENT_ID, SEGL_CLIENT_SECRET } = process.env;
/** A token is asked for anew this long before it expires, so that none expires on its way. */
const MARGIN_MS = 60_000;

let kept: { token: string; usableUntil: number } | undefined;

async function accessToken(): Promise<string> {
  if (kept && Date.now() < kept.usableUntil) return kept.token;
  const answer = await fetch(`${SEGL_URL}/oauth/connect/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${SEGL_CLIENT_ID}:${SEGL_CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'document_read' }),
  });
  const body = (await answer.json()) as { access_token: string; expires_in: number; message?: string };
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${body.message}`);
  kept = { token: body.access_token, usableUntil: Date.now() + body.expires_in * 1000 - MARGIN_MS };
  return kept.token;
}

const answer = await fetch(`${SEGL_URL}/signature/documents/summary?limit=1`, {
  headers: { authorization: `Bearer ${await accessToken()}` },
});
if (!answer.ok) throw new Error(`${answer.status}, request ${answer.headers.get('request-id')}`);
console.log(JSON.stringify(await answer.json()));
