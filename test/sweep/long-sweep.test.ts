import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CellError } from '../../sim/base/errors.ts';
import type { CellList } from '../../sweep/cells.ts';
import type { CellOutcome } from '../../sweep/outcome.ts';
import type { CellSpec } from '../../sweep/run-cell.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import { fakeCells, fakeInput, fakeRecord, fakeRunner, resultFiles, temporaryDir } from './fakes.ts';

/** Collects garbage, in a new turn: a WeakRef keeps its target to the end of the turn in which it was made or looked at. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  await new Promise((resolve) => setImmediate(resolve));
  (runInNewContext('gc') as () => void)();
}

const alive = (refs: readonly WeakRef<object>[]): number => refs.filter((ref) => ref.deref() !== undefined).length;

test('a sweep holds the cells and results of its lanes, not those of the cells that have ended', async () => {
  const cells: WeakRef<object>[] = [];
  const results: WeakRef<object>[] = [];
  const held: number[] = [];
  const list = fakeCells(60);
  const derived: CellList = {
    keys: list.map(({ runId, seed, swept }) => ({ runId, seed, swept })),
    at(index) {
      const cell = { ...list[index]! };
      cells.push(new WeakRef(cell));
      return cell;
    },
  };
  const run = async (spec: CellSpec): Promise<CellOutcome> => {
    if (results.length % 20 === 19) {
      await collectGarbage();
      held.push(alive(cells), alive(results));
    }
    const record = fakeRecord(spec);
    results.push(new WeakRef(record));
    return { kind: 'done', record, notices: [], facts: {} };
  };
  const dir = join(temporaryDir(), 'out');
  const jobs = 2;
  const { records } = await runSweep(
    { ...fakeInput([]), cells: derived },
    { dir, jobs, runner: async () => ({ run, close: async () => {} }) },
  );
  expect(records).toHaveLength(180);
  expect(held.length).toBeGreaterThanOrEqual(16);
  // One for each lane, and what its last turn may still hold.
  expect(Math.max(...held)).toBeLessThanOrEqual(2 * jobs + 2);
  await collectGarbage();
  expect(alive(results)).toBeLessThanOrEqual(2 * jobs);
});

test('a sweep asks the runner for no more than one cell a lane at a time', async () => {
  let running = 0;
  let most = 0;
  const run = async (spec: CellSpec): Promise<CellOutcome> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return { kind: 'done', record: fakeRecord(spec), notices: [], facts: {} };
  };
  const dir = join(temporaryDir(), 'out');
  await runSweep(fakeInput(fakeCells(10)), { dir, jobs: 3, runner: async () => ({ run, close: async () => {} }) });
  expect(most).toBe(3);
});

test('what a record holds beyond its row is read from the file of its cell, and a file that is gone is an error', async () => {
  const dir = join(temporaryDir(), 'out');
  const cells = fakeCells();
  const { records } = await runSweep(fakeInput(cells), { dir, jobs: 1, runner: fakeRunner().make });
  const { fctPercentilesUs, fabricLinks } = fakeRecord(cells[4]!);
  expect(records[4]!.fctPercentilesUs).toEqual(fctPercentilesUs);
  expect(records[4]!.fabricLinks).toEqual(fabricLinks);
  rmSync(join(dir, 'cells', 'run5.json'));
  writeFileSync(join(dir, 'cells', 'run6.json'), '{');
  expect(() => records[5]!.fabricLinks).toThrow(CellError);
  expect(() => records[5]!.fabricLinks).toThrow('cells/run5.json is gone');
  expect(() => records[6]!.fctPercentilesUs).toThrow('cells/run6.json is not usable (not complete JSON)');
});

test('a result that is gone before the table is written is an error, not a row less', async () => {
  const dir = join(temporaryDir(), 'out');
  const runner = fakeRunner((spec) => {
    if (spec.runId === 'run8') rmSync(join(dir, 'cells', 'run2.json'));
    return { kind: 'done', record: fakeRecord(spec), notices: [], facts: {} };
  });
  const sweep = runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: runner.make });
  await expect(sweep).rejects.toThrow('cells/run2.json is gone');
  expect(Object.keys(resultFiles(dir)).filter((name) => !name.startsWith('cells'))).toEqual([]);
});

test('the manifest is written in parts and reads like JSON with an indent of two', async () => {
  const dir = join(temporaryDir(), 'out');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  const text = readFileSync(join(dir, 'manifest.json'), 'utf8');
  const manifest = JSON.parse(text) as { cells: unknown[] };
  expect(text).toBe(`${JSON.stringify(manifest, null, 2)}\n`);
  expect(manifest.cells).toHaveLength(9);
  expect(manifest.cells[4]).toEqual({ run_id: 'run4', seed: 2, swept: { balancer: 'spray' }, status: 'done' });
});
