import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JOB_COLUMNS, type CellRecord } from '../../analysis/rows.ts';
import { AT_ONCE } from '../../sim/base/job-spec.ts';
import { runCell } from '../../sweep/run-cell.ts';
import { writeJobTable } from '../../sweep/table.ts';
import { SCENARIO } from './fakes.ts';

const { balancer, transport, workload } = SCENARIO;
const job = { workload, balancer, transport, trafficClass: 3, start: AT_ONCE };
const ranks = Array.from({ length: workload.ranks }, (_, rank) => rank);
const record = (jobs: readonly string[], runId = 'abc'): CellRecord =>
  runCell({ runId, seed: 1, swept: { x: 7 }, scenario: { ...SCENARIO, jobs: jobs.map((name) => ({ ...job, name, ranks })) } }).record;

test('a run of several jobs has a line for each, and one of a single job has none', () => {
  const { row, jobs } = record(['a', 'b']);
  expect(jobs.map((line) => Object.keys(line))).toEqual([[...JOB_COLUMNS], [...JOB_COLUMNS]]);
  expect(jobs.map((line) => line['job'])).toEqual(['a', 'b']);
  const completions = jobs.map((line) => line['completion_time_us'] as number);
  expect(row['completion_time_us']).toBe(Math.max(...completions));
  expect(row['flows']).toBe((jobs[0]!['flows'] as number) + (jobs[1]!['flows'] as number));
  expect(record(['a']).jobs).toEqual([]);
});

test('jobs.csv has the lines of all runs under their keys, and is not there where no run has several jobs', () => {
  const dir = mkdtempSync(join(tmpdir(), 'netsim-jobs-'));
  const both = record(['a', 'b'], 'run1');
  writeJobTable(dir, ['x'], [record(['a'], 'run0'), both]);
  const lines = readFileSync(join(dir, 'jobs.csv'), 'utf8').split('\n');
  expect(lines[0]).toBe(['run_id', 'seed', 'fidelity', 'x', ...JOB_COLUMNS].join(','));
  expect(lines.slice(1, 3).map((line) => line.split(',').slice(0, 6))).toEqual(
    both.jobs.map((line) => ['run1', '1', 'packet', '7', line['job'], String(line['completion_time_us'])]),
  );
  expect(lines).toHaveLength(4);
  writeJobTable(dir, ['x'], [record(['a'])]);
  expect(existsSync(join(dir, 'jobs.csv'))).toBe(false);
});
