import { code, escaped } from './html.ts';
import { type GuideSection, guidePage } from './page.ts';

/** Everything that holds for all operations, each with an example that can be pasted. */
export function introduction(publicUrl: string): string {
  return guidePage(
    '/docs/guide',
    'Introduction',
    'Send documents to be signed, follow them, and fetch the signed files: over HTTPS, with JSON.',
    sections(publicUrl),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(head.join(', '))}"><table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells(row, 'td')}</tr>`)
    .join('')}</tbody></table></div>`;
}

function sections(base: string): GuideSection[] {
  return [
    {
      id: 'account',
      title: 'Account and environments',
      content: `<p>An <strong>account</strong> owns documents, webhooks and API clients. A <strong>client</strong> belongs to one account
and to one environment, <code>test</code> or <code>prod</code>; its id begins with <code>t</code> or <code>p</code>. Both environments
have the same address, and neither sees anything of the other: an id of the other one is answered with 404. In
<code>test</code>, eIDs are simulated, messages end in an inbox at <code>/test/inbox</code>, and signed files are marked TEST.
The time of your account there can be moved forward with <code>POST /test/clock</code>: deadlines, retries and all times that
answers show follow it.</p>
<p>The first test client is printed when an instance starts for the first time. Every answer names the environment and the account
that it was made for:</p>
${code('X-Idfy-Environment: test\nX-Idfy-AccountId: 0195a000-0000-7000-8000-00000000000a', 'Headers that name environment and account')}`,
    },
    {
      id: 'authentication',
      title: 'Authentication, step by step',
      content: `<p>The API uses OAuth 2.0 with client credentials (RFC 6749, section 4.4).</p>
<ol><li>Ask for a token with the client's id and secret. <code>scope</code> says what the token may do.</li></ol>
${code(`curl -u "$SEGL_CLIENT_ID:$SEGL_CLIENT_SECRET" \\\n  -d grant_type=client_credentials -d scope="document_read document_write" \\\n  ${base}/oauth/connect/token`, 'Request of a token')}
${code('{"access_token":"eyJ…","expires_in":3600,"token_type":"Bearer","scope":"document_read document_write"}', 'Answer with a token')}
<ol start="2"><li>Send it with every call, in the <code>Authorization</code> header and nowhere else.</li></ol>
${code(`curl -H "Authorization: Bearer $TOKEN" ${base}/signature/documents/summary`, 'A call with the token')}
<ol start="3"><li>Keep it until shortly before it expires, then get another. There are
<a href="/docs/guide/tokens">samples in seven languages</a>.</li></ol>
<p>Each operation of <a href="/docs">the reference</a> names the scope that it needs. A token without it gets 403
<code>insufficient_scope</code>; a missing token gets 401 <code>missing_token</code>, an expired one 401
<code>invalid_token</code>.</p>`,
    },
    {
      id: 'verbs',
      title: 'Verbs',
      content: `${table(
        ['Verb', 'Meaning'],
        [
          ['<code>GET</code>', 'Reads, and changes nothing. <code>HEAD</code> works wherever it does.'],
          ['<code>POST</code>', 'Creates something, or runs a command.'],
          ['<code>PUT</code>', 'Replaces something; doing it twice is the same as once.'],
          ['<code>PATCH</code>', 'Changes the members that are sent, and no others.'],
          ['<code>DELETE</code>', 'Deletes, and answers 204; a second time 404.'],
        ],
      )}
<p>With <code>Content-Type: application/json</code> a <code>PATCH</code> takes <code>null</code> and <code>[]</code> for
"unchanged"; with <code>application/merge-patch+json</code> (RFC 7396) they remove and empty. Another verb gets 405, with the right
ones in <code>Allow</code>.</p>
${code(`curl -X PATCH -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\\n  -d '{"active":false}' ${base}/notification/webhooks/1`, 'A partial update')}`,
    },
    {
      id: 'codes',
      title: 'Status codes and errors',
      content: `${table(
        ['Status', 'When'],
        [
          ['200', 'It worked, or had worked before.'],
          ['201', 'Something new exists; <code>Location</code> says where.'],
          ['204', 'It worked, and there is nothing to say.'],
          ['400', 'Malformed. <code>errors</code> names every fault at once.'],
          ['401', 'No token, or none that is valid.'],
          ['402', 'Not part of the account’s subscription.'],
          ['403', 'The token lacks a scope, or the client may not do this.'],
          ['404', 'Unknown address, or no such thing in this account and environment.'],
          ['405, 413, 415', 'Wrong verb, body too large, body that is not JSON.'],
          ['422', 'Well-formed but impossible now: a rule, a state, a reference that is taken.'],
          ['429, 503', 'Too many requests, or something is down: wait as long as <code>Retry-After</code> says.'],
          ['500', 'A defect of the server. Quote the request id to the operator.'],
        ],
      )}
<p>Every error has the same body. Programs decide by <code>code</code>, which never changes; <code>message</code> is for people, and
may. A request that fails has changed nothing.</p>
${code(
  `{
  "message": "The request has 1 invalid field.",
  "code": "validation_failed",
  "errorMessage": "The request has 1 invalid field.",
  "errorCode": "validation_failed",
  "requestId": "01a20ce58e6c72c1b034b4e24eada966",
  "errors": [{ "field": "signers[0].redirectSettings", "code": "required", "message": "Required." }]
}`,
  'Body of an error',
)}`,
    },
    {
      id: 'formats',
      title: 'Formats',
      content: `<ul>
<li>Bodies are JSON in UTF-8, both ways; another type gets 415, a compressed body too. Files are plain downloads.</li>
<li>Names of members are read in any case and answered as the reference spells them. Unknown members are ignored, which is what
your program must do with ours.</li>
<li><code>null</code> is the same as leaving a member out.</li>
<li>Under <code>/admin</code> names begin with a capital, and members without a value are <code>null</code>. Send
<code>X-Segl-Json-Case: camel</code> to get names like everywhere else.</li>
<li>Times are ISO 8601. Without an offset they are taken as UTC; answers are in UTC with milliseconds.</li>
<li>Bytes are base64, with the standard or the URL alphabet.</li>
<li>Ids are GUIDs. A malformed one in an address gets 404.</li>
</ul>
${code('{"deadline": "2027-03-01T12:00:00+01:00"}   is answered as   {"deadline": "2027-03-01T11:00:00.000Z"}', 'A time in a request and in its answer')}`,
    },
    {
      id: 'headers',
      title: 'Headers',
      content: `${table(
        ['Header of an answer', 'Meaning'],
        [
          [
            '<code>Request-Id</code>, <code>RequestId</code>',
            'This request, in our log too. Quote it when you ask for help.',
          ],
          ['<code>X-Idfy-Environment</code>', '<code>test</code> or <code>prod</code>'],
          ['<code>X-Idfy-AccountId</code>', 'The account; zeros while it is not known.'],
          [
            '<code>RateLimit-Limit</code>, <code>-Remaining</code>, <code>-Reset</code>',
            'The limit that is closest, and seconds until it is full again.',
          ],
          ['<code>Retry-After</code>', 'Seconds to wait, on 429 and 503.'],
          [
            '<code>ETag</code>',
            'Version of what was read. Send it as <code>If-None-Match</code> to get 304, as <code>If-Match</code> to change only that version.',
          ],
          ['<code>Deprecation</code>, <code>Sunset</code>', 'See <a href="#compatibility">compatibility</a>.'],
        ],
      )}
<p>Send your own <code>X-Request-Id</code> or <code>traceparent</code>, and it is logged beside ours.</p>
${code(`curl -i -H "Authorization: Bearer $TOKEN" -H 'If-None-Match: "…"' ${base}/signature/documents/$DOCUMENT_ID`, 'A conditional request')}`,
    },
    {
      id: 'idempotency',
      title: 'Idempotency',
      content: `<p>A network can break between a request and its answer. So that a repetition never sends a document twice, documents are
created under your own <code>externalId</code>:</p>
<ul>
<li>The first request gets 201.</li>
<li>The same request again gets 200, the document as it is now, and <code>Idempotent-Replayed: true</code>. Nothing happens twice.</li>
<li>Another request with the same <code>externalId</code> gets 422 <code>external_id_conflict</code> with <code>existingId</code>.</li>
</ul>
<p>Every other <code>POST</code> takes an <code>Idempotency-Key</code> header, good for 24 hours, with the same rules; another request
with the same key gets 422 <code>idempotency_key_reused</code>. Requests that failed reserve nothing.</p>
${code(`curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Idempotency-Key: hook-2026-11" \\\n  -d '{"name":"Orders","active":true,"events":["document_signed"],"config":{"url":"https://example.org/hook"}}' \\\n  ${base}/notification/webhooks`, 'A creation that can be repeated')}`,
    },
    {
      id: 'paging',
      title: 'Paging',
      content: `<p>Long lists come in pages. Follow <code>links.next</code> until it is empty: the links keep your filters. <code>size</code> is
the number of all matches. A <code>limit</code> above the maximum is lowered to it.</p>
${code(`curl -H "Authorization: Bearer $TOKEN" "${base}/signature/documents/summary?status=signed&limit=50"`, 'Request of a page')}
${code(
  `{
  "offset": 0, "limit": 50, "size": 120,
  "links": {
    "first": "${base}/signature/documents/summary?status=signed&limit=50",
    "previous": "",
    "next": "${base}/signature/documents/summary?status=signed&limit=50&offset=50",
    "last": "${base}/signature/documents/summary?status=signed&limit=50&offset=100"
  },
  "data": []
}`,
  'A page, its data left out',
)}`,
    },
    {
      id: 'compatibility',
      title: 'Compatibility',
      content: `<p>Addresses have no version, because what is there stays as it is. New optional members of requests, new members of answers,
new operations and new headers may come at any time. Nothing is removed, renamed, retyped, made required or narrowed, and defaults do
not change. A new value in an answer appears only for those who use the new feature behind it.</p>
<p>An operation that is to go says so for at least twelve months, in every answer and in the reference; afterwards it gets 404
<code>route_not_found</code>, which names its successor:</p>
${code(`Deprecation: @1772323200\nSunset: Tue, 01 Jun 2027 12:00:00 GMT\nLink: <${base}/docs/guide#compatibility>; rel="deprecation"`, 'Headers of a deprecated operation')}`,
    },
    {
      id: 'status',
      title: 'Status of the service',
      content: `<p>There is no status page for people yet. Two addresses tell monitoring how this instance is; they need no token.</p>
${code(`curl ${base}/health/live    # the process answers\ncurl ${base}/health/ready   # it is started, and its database answers; otherwise 503`, 'Health of the instance')}`,
    },
    {
      id: 'support',
      title: 'Support',
      content: `<p>This instance is run by whoever gave you its address: ask them about accounts, subscriptions and incidents, and quote the
<code>Request-Id</code> of the call, which finds it in the log. Segl itself is open source; defects and wishes belong to its
project. Never send secrets, tokens or documents along.</p>
${code('Request-Id: 01a20ce58e6c72c1b034b4e24eada966', 'What to quote')}`,
    },
  ];
}
