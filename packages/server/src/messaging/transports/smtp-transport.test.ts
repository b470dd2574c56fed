import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../../test-kit/src/tls-certificate.ts';
import { uuidv7 } from '../../kernel/ids/uuid.ts';
import { type OutgoingEmail, UndeliverableError } from '../message-transport.ts';
import { createSmtpTransport } from './smtp-transport.ts';

interface Received {
  from: string;
  to: string[];
  user: string | undefined;
  encrypted: boolean;
  source: string;
}

describe('e-mails over SMTP', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const own = selfSignedCertificate('localhost');

  /** A mail server that offers encryption unless the address asks for none, and a transport to it. */
  async function mailServer({
    query = '',
    user = '',
    trusted = true,
    ...options
  }: SMTPServerOptions & { query?: string; user?: string; trusted?: boolean } = {}) {
    const received: Received[] = [];
    const server = new SMTPServer({
      ...own,
      authOptional: true,
      hideSTARTTLS: query === '?tls=off',
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'p@ss:word' ? done(null, { user: username }) : done(new Error('no')),
      onData(stream: Readable, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          received.push({
            from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
            to: session.envelope.rcptTo.map((one) => one.address),
            user: session.user,
            encrypted: session.secure,
            source: Buffer.concat(chunks).toString('utf8'),
          });
          done();
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    const transport = createSmtpTransport({
      url: new URL(`smtp://${user}localhost:${port}${query}`),
      ...(trusted ? { extraRoots: [own.cert] } : {}),
    });
    closing.push(
      async () => transport.close?.(),
      () => new Promise<void>((resolve) => server.close(resolve)),
    );
    return { received, transport };
  }

  function email(changes: Partial<OutgoingEmail> = {}): OutgoingEmail {
    return {
      channel: 'email',
      id: uuidv7(new Date()),
      from: { name: 'Nordbank Ærlig & Co', address: 'no-reply@sign.example' },
      to: 'kari@example.com',
      subject: 'Signér «Låneavtale»',
      text: 'Open the link.',
      html: '<p>Open the link.</p>',
      ...changes,
    };
  }

  it('carry sender, texts, a lasting id, and the mark of a machine', async () => {
    const { received, transport } = await mailServer({ query: '?tls=off' });
    const message = email();
    await transport.send(message);
    expect(received).toMatchObject([
      { from: 'no-reply@sign.example', to: ['kari@example.com'], user: undefined, encrypted: false },
    ]);
    const { source } = received[0]!;
    expect(source).toContain(`Message-ID: <${message.id}@sign.example>`);
    expect(source).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(source).toContain('multipart/alternative');
    expect(source).toContain('<p>Open the link.</p>');
    expect(source).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(source).toMatch(/^From: =\?UTF-8\?.*<no-reply@sign.example>\r$/m);
  });

  it('carry a file that is read when it is sent', async () => {
    const { received, transport } = await mailServer({ query: '?tls=off' });
    const bytes = Buffer.from('%PDF-1.7 signed');
    await transport.send(
      email({
        attachment: {
          fileName: 'lån-signed.pdf',
          mediaType: 'application/pdf',
          sizeBytes: bytes.length,
          read: async () => bytes,
        },
      }),
    );
    expect(received[0]!.source).toContain(bytes.toString('base64'));
    expect(received[0]!.source).toContain('Content-Type: application/pdf');
  });

  it('go to one receiver, whatever the address looks like', async () => {
    const { received, transport } = await mailServer({ query: '?tls=off' });
    await transport.send(email({ to: '"a,b@evil.example"@example.com' })).catch(() => undefined);
    expect(received.every((one) => one.to.length === 1)).toBe(true);
  });

  it('are encrypted on the way when the address does not say otherwise', async () => {
    const { received, transport } = await mailServer();
    await transport.send(email());
    expect(received).toMatchObject([{ to: ['kari@example.com'], encrypted: true }]);
  });

  it('are not sent in clear when the server offers no encryption', async () => {
    const { received, transport } = await mailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    await expect(transport.send(email())).rejects.toThrow('the mail server refused');
    expect(received).toEqual([]);
  });

  it('are not sent to a server whose certificate nobody vouches for', async () => {
    const { received, transport } = await mailServer({ trusted: false });
    await expect(transport.send(email())).rejects.toThrow('the mail server refused');
    expect(received).toEqual([]);
  });

  it('go under user and password of the address', async () => {
    const { received, transport } = await mailServer({ query: '?tls=off', user: 'segl%40nordbank:p%40ss%3Aword@' });
    await transport.send(email());
    expect(received[0]!.user).toBe('segl@nordbank');
  });

  it('are tried again when the log-in fails or the server is busy, without a word of whom they are for', async () => {
    const wrong = await mailServer({ query: '?tls=off', user: 'segl:wrong@' });
    const busy = await mailServer({
      query: '?tls=off',
      onRcptTo: ({ address }, _session, done) =>
        done(Object.assign(new Error(`${address} is greylisted`), { responseCode: 451 })),
    });
    for (const { transport } of [wrong, busy]) {
      const error = await transport.send(email()).catch((thrown: Error) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(UndeliverableError);
      expect((error as Error).message).not.toContain('kari');
    }
  });

  it('are given up when the server knows no such receiver', async () => {
    const { transport } = await mailServer({
      query: '?tls=off',
      onRcptTo: ({ address }, _session, done) =>
        done(Object.assign(new Error(`no such user ${address}`), { responseCode: 550 })),
    });
    const error = await transport.send(email()).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(UndeliverableError);
    expect((error as Error).message).not.toContain('kari');
  });
});
