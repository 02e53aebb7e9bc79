import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../sim/base/job-spec.ts';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CellRecord, Row } from '../../analysis/rows.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Cell } from '../../sweep/cells.ts';
import { listOf } from '../../sweep/cells.ts';
import type { CellOutcome } from '../../sweep/outcome.ts';
import type { CellRunner } from '../../sweep/pool.ts';
import type { CellSpec } from '../../sweep/run-cell.ts';
import type { SweepInput } from '../../sweep/run-sweep.ts';

/** An empty folder that is removed after the test. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netsim-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A ring of four hosts on a small fabric: runs in milliseconds. */
export const SCENARIO: Scenario = {
  name: 'fake',
  seed: 1,
  fidelity: 'packet',
  topology: {
    kind: 'leaf-spine',
    leaves: 2,
    spines: 2,
    hostsPerLeaf: 2,
    hostLink: { rateBps: 400e9, delayPs: 500_000 },
    fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
    placement: 'packed',
  },
  workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 65_536, ranks: 4 },
  balancer: { kind: 'spray' },
  transport: { kind: 'dctcp', recovery: 'sr', rtoPs: null, nackIntervalPs: 0, g: 0.0625, initialWindowBytes: null, minWindowBytes: null },
  nic: PLAIN_NIC,
  switch: DROPTAIL,
  failures: [],
  stopAtPs: 100e12,
  ...ONE_WORKLOAD,
  stopPackets: null,
  probes: null,
};

/** Cells over balancers and seeds whose scenarios are never looked at: a fake runner runs them. */
export function fakeCells(seeds = 3): Cell[] {
  return ['ecmp', 'spray', 'ecmp-split(k=4)'].flatMap((balancer, b) =>
    Array.from({ length: seeds }, (_, s): Cell => {
      const index = b * seeds + s;
      const config = { balancer, seed: s + 1 };
      return {
        index,
        runId: `run${index}`,
        seed: s + 1,
        swept: { balancer },
        overrides: { balancer },
        config,
        scenario: { ...SCENARIO, seed: s + 1 },
      };
    }),
  );
}

export const fakeInput = (cells: readonly Cell[]): SweepInput => ({
  name: 'fake',
  cells: listOf(cells),
  source: { file: 'fake.yaml', text: 'name: fake\n', overrides: [], seed: null },
  document: { name: 'fake' },
  report: { title: null, charts: null },
});

/** A record that depends on the cell alone, with numbers that need all their digits. */
export function fakeRecord(spec: CellSpec, fields: Row = {}): CellRecord {
  const completion = 100 / 3 + spec.seed;
  return {
    row: {
      run_id: spec.runId,
      seed: spec.seed,
      fidelity: 'packet',
      ...spec.swept,
      completion_time_us: completion,
      bound_us: 30,
      slowdown: completion / 30,
      fct_mean_us: 9,
      flows: 2,
      subflows: 2,
      congestion_ratio: 1,
      drops: null,
      finished: true,
      ...fields,
    },
    fctPercentilesUs: Array.from({ length: 101 }, (_, i) => 1 + i / 7),
    jobs: [],
    fabricLinks: [
      { from: 'leaf0', to: 'spine0', rateBps: 4e11, up: true, loadBytes: 1024, idealBytes: 1024, queueMaxBytes: 4160 },
      { from: 'spine0', to: 'leaf0', rateBps: 4e11, up: true, loadBytes: 1024, idealBytes: 1024, queueMaxBytes: 4160 },
    ],
    unfinishedReason: null,
  };
}

export interface FakeRunner {
  readonly make: (jobs: number) => Promise<CellRunner>;
  /** Run ids in the order in which they were started. */
  readonly started: string[];
}

/**
 * A runner whose cells end in another order than they start: each waits one turn more the earlier it stands, so that the last of those
 * that run together ends first.
 */
export function fakeRunner(
  outcomeOf: (spec: CellSpec) => CellOutcome = (spec) => ({ kind: 'done', record: fakeRecord(spec), notices: [], facts: {} }),
): FakeRunner {
  const started: string[] = [];
  const run = async (spec: CellSpec): Promise<CellOutcome> => {
    started.push(spec.runId);
    for (let turns = 20 - (started.length % 20); turns > 0; turns--) await Promise.resolve();
    return outcomeOf(spec);
  };
  return { started, make: async () => ({ run, close: async () => {} }) };
}

/** Every file below a folder but the manifest, which holds wall-clock facts: its text, or a hash of what is too long to be compared by eye. */
export function resultFiles(dir: string): Record<string, string> {
  const isResult = (name: string): boolean => /\.(csv|html|json|svg)$/.test(name) && name !== 'manifest.json';
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(isResult).sort();
  const content = (name: string): string => {
    const text = readFileSync(join(dir, name), 'utf8');
    return /\.(html|svg)$/.test(name) ? createHash('sha256').update(text).digest('hex') : text;
  };
  return Object.fromEntries(names.map((name) => [name, content(name)]));
}
