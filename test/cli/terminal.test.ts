import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { showNotices } from '../../cli/notices.ts';
import type { ProcessStreams, Terminal } from '../../cli/terminal.ts';
import { processTerminal } from '../../cli/terminal.ts';

/** Streams of a process whose standard output fails on every write. */
function failingStreams(code: string): { readonly streams: ProcessStreams; readonly messages: () => string } {
  const stdout = new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: failed`), { code, syscall: 'write' })),
  });
  const stderr = new PassThrough();
  return { streams: { stdout, stderr, env: {} }, messages: () => String(stderr.read() ?? '') };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a result that cannot be written is one line on standard error and exit code 1, however many writes it was', async () => {
  const { streams, messages } = failingStreams('ENOSPC');
  const terminal = processTerminal({ quiet: true, color: false }, streams);
  terminal.out('a');
  terminal.out('b');
  await nextTurn();
  terminal.out('c');
  await nextTurn();
  expect(messages()).toBe('error: cannot write the result: no space left on device\n');
  expect(streams.exitCode).toBe(1);
});

test('a reader that goes away changes neither the exit code nor the messages', async () => {
  const { streams, messages } = failingStreams('EPIPE');
  const terminal = processTerminal({ quiet: false, color: false }, streams);
  streams.exitCode = 1;
  terminal.out('a');
  await nextTurn();
  expect(messages()).toBe('');
  expect(streams.exitCode).toBe(1);
});

test('messages that cannot be written do not end the command', async () => {
  const { streams } = failingStreams('ENOSPC');
  const terminal = processTerminal({ quiet: false, color: false }, { ...streams, stderr: streams.stdout });
  terminal.note('a');
  await nextTurn();
  terminal.err('b');
  await nextTurn();
  expect(streams.exitCode).toBeUndefined();
});

test('of many notices that differ in their numbers only the first few are shown, each text once', () => {
  const lines: string[] = [];
  const terminal = { err: (text) => void lines.push(text), note: (text) => void lines.push(text) } as Terminal;
  const cut = (count: number) => ({ level: 'note', text: `${count} messages were cut into fewer pieces` }) as const;
  showNotices([cut(1), cut(1), { level: 'warning', text: 'prio is not used' }, cut(2), cut(3.5), cut(4), cut(5)], terminal);
  expect(lines).toEqual([
    'note: 1 messages were cut into fewer pieces',
    'note: 2 messages were cut into fewer pieces',
    'note: 3.5 messages were cut into fewer pieces',
    'note: and 2 more like this',
    'warning: prio is not used',
  ]);
});
