import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every kind of error body
  body: any;
  /** Everything that came, further answers included. */
  text: string;
}

/**
 * Sends bytes as they are and reads until the server closes the connection or nothing more comes. `pieces` are sent one
 * after the other, with a pause between them.
 */
export async function sendRaw(
  url: string,
  pieces: readonly (string | Buffer)[],
  options: { pauseMs?: number; quietMs?: number } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let quiet: NodeJS.Timeout | undefined;
  const closed = once(socket, 'close');
  const waitOn = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => socket.destroy(), options.quietMs ?? 1500);
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    waitOn();
  });
  // A server that closes while more is being sent resets the connection: what it answered before is what counts.
  socket.on('error', () => {});
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(piece);
    if (options.pauseMs) await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
  }
  if (!options.pauseMs) waitOn();
  await closed;
  clearTimeout(quiet);
  return parse(Buffer.concat(chunks).toString('latin1'));
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const length = Number(headers['content-length'] ?? 0);
  const content = Buffer.from(text.slice(end + 4, end + 4 + length), 'latin1').toString('utf8');
  let body: unknown = content;
  try {
    body = JSON.parse(content);
  } catch {
    // Not JSON: the test sees the text.
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body, text };
}

/** How many answers came over the connection: a smuggled request gives one too many. */
export const answersIn = (answer: RawAnswer): number => answer.text.split('HTTP/1.1 ').length - 1;
