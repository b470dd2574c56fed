import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
const env = { ...process.env, SEGL_SIMULATORS_PORT: '0' };
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start<Child extends ChildProcess>(child: Child): Child {
  children.push(child);
  return child;
}

async function readyLine(child: ChildProcess): Promise<string> {
  for await (const chunk of child.stdout!) return String(chunk);
  throw new Error('no output');
}

test('tells its parent when it is ready, and stops when the channel to it closes', async () => {
  const child = start(fork(entry, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }));
  const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
  expect(message.type).toBe('ready');
  expect((await fetch(`${message.url}/no-bankid/.well-known/openid-configuration`)).status).toBe(200);
  const exited = once(child, 'exit');
  child.disconnect();
  expect((await exited)[0]).toBe(0);
});

test('prints one line when it is ready, and stops at the end of a piped standard input', async () => {
  const child = start(spawn(process.execPath, [entry], { env, stdio: ['pipe', 'pipe', 'ignore'] }));
  expect(await readyLine(child)).toMatch(/^segl simulators ready at http:\/\/localhost:\d+\n$/);
  const exited = once(child, 'exit');
  child.stdin!.end();
  expect((await exited)[0]).toBe(0);
});

test('runs on without a parent until SIGTERM', async () => {
  const child = start(spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'ignore'] }));
  const url = /http:\S+/.exec(await readyLine(child))![0];
  expect((await fetch(url)).status).toBe(200);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
});

test('does not start with a setting that it cannot read', async () => {
  const faulty = { ...env, SEGL_SIMULATORS_CLIENTS: '[{"client_id":"nordbank"}]' };
  const child = start(spawn(process.execPath, [entry], { env: faulty, stdio: ['ignore', 'ignore', 'pipe'] }));
  let output = '';
  child.stderr!.on('data', (chunk) => {
    output += chunk;
  });
  expect((await once(child, 'exit'))[0]).toBe(1);
  expect(output).toContain('needs client_secret or jwks');
});
