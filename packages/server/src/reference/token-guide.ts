import { readFileSync } from 'node:fs';
import { code } from './html.ts';
import { type GuideSection, guidePage } from './page.ts';

const SAMPLES = [
  { id: 'curl', title: 'curl', file: 'token.sh' },
  { id: 'typescript', title: 'TypeScript', file: 'token.ts' },
  { id: 'csharp', title: 'C#', file: 'Token.cs' },
  { id: 'java', title: 'Java', file: 'Token.java' },
  { id: 'python', title: 'Python', file: 'get_token.py' },
  { id: 'php', title: 'PHP', file: 'token.php' },
  { id: 'go', title: 'Go', file: 'token.go' },
] as const;

/** The samples of the repository as a page; the server carries the same files that its tests run. */
export function tokenGuide(publicUrl: string): string {
  const samples = SAMPLES.map(({ id, title, file }): GuideSection => {
    const text = readFileSync(new URL(`../../../../examples/token/${file}`, import.meta.url), 'utf8');
    return { id, title, content: code(text.replaceAll('http://localhost:8642', publicUrl), `${title} sample`) };
  });
  const rules: GuideSection = {
    id: 'rules',
    title: 'What every program should do',
    content: `<ul>
<li>Keep the token and use it for all calls until a minute before <code>expires_in</code> is over. A token per call is slower for
you, and the token endpoint has the smallest rate limit of all.</li>
<li>Ask only for the scopes that the program needs. Without <code>scope</code> the token has all that the client has.</li>
<li>On 401 with the code <code>invalid_token</code>, get one new token and try once more; then give up.</li>
<li>Keep the secret out of the source, of browsers and of mobile apps. A client may have two secrets at once, so that one can be
replaced without a gap.</li>
<li>The samples read <code>SEGL_URL</code>, <code>SEGL_CLIENT_ID</code> and <code>SEGL_CLIENT_SECRET</code> from the environment.</li>
</ul>`,
  };
  return guidePage(
    '/docs/guide/tokens',
    'Getting a token',
    'The same program in seven languages: it gets an access token, keeps it, and makes a call.',
    [rules, ...samples],
  );
}
