import { expect, test } from 'vitest';
import { BoundError, CellError, ConfigError, ImportError, InternalError } from '../../sim/base/errors.ts';
import type { RunResult } from '../../sim/base/result.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulatePrepared } from '../../sim/simulate.ts';
import { errorOf, failureOf } from '../../sweep/outcome.ts';
import { attemptCell, checkBounds, runCell } from '../../sweep/run-cell.ts';
import { SCENARIO } from './fakes.ts';

const prepared = prepare(SCENARIO);
const result = simulatePrepared(prepared);
const check = (fields: Partial<RunResult>): void => checkBounds({ ...result, ...fields }, prepared.schedule, prepared.topology);

test('a run gives its row under the labels of its cell, and nothing that differs from run to run', () => {
  const spec = { runId: 'abc', seed: 1, swept: { balancer: 'spray' }, scenario: SCENARIO };
  const { record } = runCell(spec);
  expect(record.row).toMatchObject({ run_id: 'abc', seed: 1, fidelity: 'packet', balancer: 'spray', flows: 24, finished: true });
  expect(record.row['completion_time_us']).toBeGreaterThanOrEqual(record.row['bound_us'] as number);
  expect(JSON.stringify(runCell(spec).record)).toBe(JSON.stringify(record));
});

test('a completion one picosecond below the bound is a violated bound', () => {
  expect(() => check({ completionPs: result.boundPs })).not.toThrow();
  expect(() => check({ completionPs: result.boundPs - 1 })).toThrow(BoundError);
});

test('a fabric that carried less than its traffic over its capacity is a violated bound, unless packets were lost or cut', () => {
  const halved = { ...result.tables, linkLoadBytes: result.tables.linkLoadBytes.map((bytes) => bytes / 2) };
  expect(() => check({})).not.toThrow();
  expect(() => check({ tables: halved })).toThrow(BoundError);
  expect(() => check({ tables: halved, drops: 1 })).not.toThrow();
  expect(() => check({ tables: halved, trims: 1 })).not.toThrow();
});

test('an unfinished run is not held against the bounds', () => {
  expect(() =>
    check({ finished: false, completionPs: null, tables: { ...result.tables, linkLoadBytes: new Float64Array(0) } }),
  ).not.toThrow();
});

test('errors of a run come out as data: the mistakes of a user with their exit code, anything else as an internal error', () => {
  const dead = { ...SCENARIO, failures: [{ link: 'leaf0-spine0' }, { link: 'leaf0-spine1' }] };
  expect(attemptCell({ runId: 'x', seed: 1, swept: {}, scenario: dead })).toMatchObject({
    kind: 'failed',
    failure: { exitCode: 2, internal: false, code: 'E132', where: { path: 'failures' } },
  });
  expect(attemptCell({ runId: 'x', seed: 1, swept: {}, scenario: { ...SCENARIO, topology: null as never } })).toMatchObject({
    kind: 'failed',
    failure: { exitCode: 1, internal: true, code: 'E900' },
  });
});

test('an error that crossed a thread as data is the same error again', () => {
  const options = { where: { path: 'failures' }, hint: 'remove it' };
  const errors = [
    new ConfigError('E132', 'cut off', options),
    new CellError('E231', 'too many ports'),
    new BoundError('E301', 'too early'),
    new ImportError('E401', 'malformed'),
    new InternalError('E932', 'lost'),
  ];
  for (const error of errors) {
    const again = errorOf(failureOf(error));
    expect(again.constructor).toBe(error.constructor);
    expect([again.describe(), again.code, again.exitCode, again.stack]).toEqual([
      error.describe(),
      error.code,
      error.exitCode,
      error.stack,
    ]);
  }
  expect(errorOf(failureOf(new TypeError('x is undefined')))).toBeInstanceOf(InternalError);
});

test('a run that is ended from outside is stopped, one that ended before anybody asked is done', () => {
  const spec = { runId: 'abc', seed: 1, swept: {}, scenario: SCENARIO };
  const endless = {
    ...spec,
    scenario: { ...SCENARIO, workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 36, ranks: 4 } } as const,
  };
  const stopped = attemptCell(endless, { shouldStop: () => true });
  expect(stopped).toMatchObject({ kind: 'stopped', record: { row: { finished: false, completion_time_us: null } } });
  expect(attemptCell(spec, { shouldStop: () => false }).kind).toBe('done');
});
