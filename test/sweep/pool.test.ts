import { expect, test } from 'vitest';
import type { RunProgress } from '../../sim/packet-run.ts';
import { workerPool } from '../../sweep/pool.ts';
import { attemptCell } from '../../sweep/run-cell.ts';
import { StopFlag } from '../../sweep/stop-flag.ts';
import { SCENARIO } from './fakes.ts';

test('a worker gives the same outcome as this thread, failures included', async () => {
  const good = { runId: 'a', seed: 1, swept: { balancer: 'spray' }, scenario: SCENARIO };
  const bad = { ...good, scenario: { ...SCENARIO, failures: [{ link: 'leaf0-spine0' }, { link: 'leaf0-spine1' }] } };
  const pool = await workerPool(2);
  try {
    const [first, second] = await Promise.all([pool.run(good), pool.run(bad)]);
    expect(first).toEqual(attemptCell(good));
    expect(second).toMatchObject({ kind: 'failed', failure: { code: 'E132', exitCode: 2, hint: expect.any(String) as string } });
  } finally {
    await pool.close();
  }
});

test('a raised flag ends a run in its worker, with what it has; its progress is heard until then', async () => {
  const endless = { ...SCENARIO, workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 36, ranks: 4 } } as const;
  const stop = new StopFlag();
  const heard: RunProgress[] = [];
  const pool = await workerPool(1);
  try {
    const control = { stop, onProgress: (progress: RunProgress) => void (heard.push(progress), stop.raise()) };
    const outcome = await pool.run({ runId: 'a', seed: 1, swept: {}, scenario: endless }, control);
    expect(outcome).toMatchObject({ kind: 'stopped', record: { row: { finished: false, completion_time_us: null } } });
    const { row, unfinishedReason } = (outcome as Extract<typeof outcome, { kind: 'stopped' }>).record;
    expect(unfinishedReason).toMatch(/^stopped at /);
    const last = heard.at(-1)!;
    expect(last.packets).toBeGreaterThan(0);
    expect(last.packets).toBeLessThanOrEqual(row['packets'] as number);
    expect(last.packetHops).toBeLessThanOrEqual(row['packet_hops'] as number);
    // A ring of 4: 6 steps, each rank sends a quarter.
    expect(last.packetsTotal).toBe((6 * 2 ** 36) / 4096);
  } finally {
    await pool.close();
  }
});
