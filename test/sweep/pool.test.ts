import { expect, test } from 'vitest';
import { workerPool } from '../../sweep/pool.ts';
import { attemptCell } from '../../sweep/run-cell.ts';
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
}, 30_000);
