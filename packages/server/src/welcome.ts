import type { FirstTestClient } from './admin/index.ts';
import type { Config } from './kernel/config/settings.ts';

/** Tells a newcomer where everything is and how to send the first document. Printed once, to standard output. */
export function printWelcome(config: Config, client: FirstTestClient): void {
  const base = config.publicUrl;
  process.stdout.write(`
Segl is running.

  API            ${base}
  API reference  ${base}/docs
  Signing page   ${base}/start?jwt=…   (each signer's own link comes with the document)
  Inbox          ${base}/test/inbox    (e-mails and SMS of the test environment end here)
  eID simulators ${config.simulators === 'off' ? 'off' : config.simulatorsUrl}
  Test CA        ${base}/trust/root.pem

  Test client    ${client.clientId}
  Secret         ${client.clientSecret}

Send the sample contract for signing (or: npm run demo):

  TOKEN=$(curl -s -u ${client.clientId}:${client.clientSecret} \\
    -d grant_type=client_credentials ${base}/oauth/connect/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

  { printf '{"title":"Lease agreement","externalId":"demo-%s","contactDetails":{"email":"sender@example.org"},
   "signers":[{"externalSignerId":"kari","redirectSettings":{"redirectMode":"donot_redirect"},
   "signatureType":{"mechanism":"pkisignature"}}],
   "dataToSign":{"fileName":"sample-contract.pdf","base64Content":"' "$(date +%s)"; \\
    base64 < examples/sample-contract.pdf | tr -d '\\n'; printf '"}}'; } | \\
  curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' --data-binary @- \\
    ${base}/signature/documents

Open the "url" in the answer, choose Norwegian BankID and sign as 05128938534, one-time code otp, password qwer1234.
Then, with the "documentId" of the answer:

  curl -s -H "Authorization: Bearer $TOKEN" -o signed.pdf "${base}/signature/documents/<documentId>/files?fileFormat=pades"

Ctrl-C stops it.
`);
}
