import { expect, test } from 'vitest';
import { runLine, RunProgressPrinter } from '../../cli/run-progress.ts';
import type { RunProgress } from '../../sim/packet-run.ts';

const progress = (fields: Partial<RunProgress> = {}): RunProgress => ({
  timePs: 1_204_000_000,
  packetHops: 0,
  packets: 0,
  packetsTotal: 1000,
  ...fields,
});

test('the line tells simulated time, hops, speed, the share of the packets sent, and the time left at the speed so far', () => {
  const first = { progress: progress({ packetHops: 500_000, packets: 30 }), elapsedSeconds: 1 };
  const now = { progress: progress({ packetHops: 12_500_000, packets: 430 }), elapsedSeconds: 5 };
  // 12 million hops and 400 packets in 4 s; 570 packets are left.
  expect(runLine(first, now)).toBe('simulated 1.204 ms · 12.5 M hops · 3.0 M hops/s · 43 % · ETA 5.7 s');
});

test('what cannot be known yet is left out: the speed at the first reading, a time left when nothing or everything was sent', () => {
  const first = { progress: progress(), elapsedSeconds: 1 };
  expect(runLine(first, first)).toBe('simulated 1.204 ms · 0.0 M hops · 0 %');
  const all = { progress: progress({ packets: 1000 }), elapsedSeconds: 2 };
  expect(runLine(first, all)).toBe('simulated 1.204 ms · 0.0 M hops · 0.0 M hops/s · 100 %');
});

function printed(columns: number | null, seconds: readonly number[]): string[] {
  const written: string[] = [];
  const printer = new RunProgressPrinter({ write: (text) => written.push(text) }, columns);
  seconds.forEach((elapsed, i) => printer.update(progress({ packets: i }), elapsed));
  printer.clear();
  return written;
}

test('on a terminal one line is drawn again and again, cut to its width, and taken away at the end', () => {
  const clear = '\r\u001b[K';
  const lines = printed(20, [0.1, 0.3, 0.4, 0.6]);
  expect(lines).toEqual(['simulated 1.204 ms ', `${clear}simulated 1.204 ms `, clear]);
});

test('a log has no line of a short run and one every ten seconds of a long one', () => {
  expect(printed(null, [1, 5, 9.9])).toEqual([]);
  const lines = printed(null, [1, 10, 12, 19.9, 20, 25]);
  expect(lines).toHaveLength(2);
  expect(lines.every((line) => /^simulated [^\r\u001b]+\n$/.test(line))).toBe(true);
});
