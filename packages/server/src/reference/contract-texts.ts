/** What the reference says before the operations, and about their groups. Markdown. */
export const CONTRACT_TEXTS = {
  description: `Send documents to be signed, follow them, and fetch the signed files.

New here? Read [the introduction](/docs/guide): account and environments, [authentication step by
step](/docs/guide#authentication), [status codes and errors](/docs/guide#codes), [formats](/docs/guide#formats),
[idempotency](/docs/guide#idempotency), [paging](/docs/guide#paging), [compatibility](/docs/guide#compatibility). There are
[samples in seven languages](/docs/guide/tokens) that get a token.

Every operation answers an error with the same body; the statuses are the same everywhere.`,
  tags: [
    {
      name: 'Documents',
      description:
        'A document is one signing job: the bytes to sign, its signers, and its state. It is created with all signers at once, and open for signing from then on.',
    },
    { name: 'Signers', description: 'Who signs a document: each with an own sign URL, an order and a way of signing.' },
    {
      name: 'Attachments',
      description: 'Files that signers open, read or sign along with the document.',
    },
    {
      name: 'Files',
      description: 'The files of a document: what was uploaded, what the eIDs produced, and the signed packages.',
    },
    {
      name: 'Notifications',
      description: 'E-mails and SMS to the people of a document: what was sent, and reminders by hand.',
    },
    {
      name: 'Resources',
      description: 'What registers and other services answered about signers and documents (`extraInfo`).',
    },
    {
      name: 'Identification',
      description:
        'A session proves who one person is, without a document. Send the user to its URL, or frame it, and read the result. There are two generations of the API, with one log.',
    },
    { name: 'Lists', description: 'What there is to choose from: signature methods, themes, spinners.' },
    { name: 'Jwt', description: 'Checks of tokens that this instance signed, such as those of redirects.' },
    {
      name: 'Events',
      description: 'What has happened, to be fetched: a queue with locks, and a log with a cursor.',
    },
    {
      name: 'Webhooks',
      description:
        'A webhook is an address of yours to which events are posted as they happen. Each delivery is signed; failed ones are repeated for days, and the log shows the attempts.',
    },
    { name: 'Admin', description: 'API clients of the account and their secrets.' },
    {
      name: 'Test environment',
      description: 'What only the test environment has: a clock of your own, which you can move forward.',
    },
  ],
} as const;
