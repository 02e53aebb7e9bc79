import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../sim/base/job-spec.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksum } from '../../bench/checksum.mjs';
import { BALANCERS, TRANSPORTS } from '../../bench/scenarios.ts';
import { yardstickCase } from '../../bench/yardstick-case.ts';
import { compileYardstick, hasCompiler, runYardstick, YARDSTICKS, type Yardstick } from '../../bench/yardstick.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { LeafSpineSpec } from '../../sim/base/topology-spec.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import type { RunResult } from '../../sim/base/result.ts';
import { prepare, type Prepared } from '../../sim/prepare.ts';
import { simulatePrepared } from '../../sim/simulate.ts';

const SEEDS = [1, 20_260, 2 ** 40 + 7];
const RANKS = 12;

/** Messages end in a short packet; those of the incast and the all-to-all meet in one queue. */
const WORKLOADS: readonly WorkloadSpec[] = [
  { kind: 'incast', senders: 9, receiver: 2, sizeBytes: 300_001, ranks: RANKS },
  { kind: 'all-to-all', algorithm: 'direct', sizeBytes: 12 * 70_007, ranks: RANKS },
  { kind: 'permutation', pattern: { shift: 5 }, sizeBytes: 900_000, ranks: RANKS },
];

/** Three leaves of four hosts under three slow spines: queues of six packets, marking between one packet and four. */
function tightScenario(
  seed: number,
  workload: WorkloadSpec,
  balancer: keyof typeof BALANCERS,
  transport: keyof typeof TRANSPORTS,
): Scenario {
  return {
    name: 'tight',
    seed,
    fidelity: 'packet',
    topology: {
      kind: 'leaf-spine',
      leaves: 3,
      hostsPerLeaf: 4,
      spines: 3,
      hostLink: { rateBps: 400e9, delayPs: 300_000 },
      // Serialisation times that are no whole number of picoseconds.
      fabricLink: { rateBps: 300e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
      placement: 'random',
    },
    workload,
    balancer: BALANCERS[balancer],
    transport: TRANSPORTS[transport],
    nic: PLAIN_NIC,
    switch: { ...DROPTAIL, queueBytes: 6 * 4160, ecn: { lowBytes: 4160, highBytes: 4 * 4160, maxProbability: 1 } },
    failures: [],
    stopAtPs: 1e12,
    ...ONE_WORKLOAD,
    stopPackets: null,
    probes: null,
  };
}

const canCompile = hasCompiler();
if (!canCompile) console.warn('no g++ on the PATH: the C++ yardstick is not compared with netsim');

// Where every check must run, a missing compiler is a failure.
describe.skipIf(!canCompile && process.env.CI !== 'true')('the C++ yardstick', () => {
  let folder = '';
  let casePath = '';
  const programs = new Map<Yardstick, string>();
  const writeCase = (prepared: Prepared): void => writeFileSync(casePath, yardstickCase(prepared));

  /** Runs netsim and both programs, compares what they say, and returns it. */
  function expectAgreement(prepared: Prepared, what: string): RunResult {
    const result = simulatePrepared(prepared);
    expect(result.finished, what).toBe(true);
    const { packetHops, packets, drops, ecnMarks, retransmits, reorderMaxPackets, completionPs, tables } = result;
    const model = { packetHops, packets, drops, ecnMarks, retransmits, reorderMaxPackets, completionPs, checksum: checksum(tables) };
    writeCase(prepared);
    for (const [name, program] of programs) expect(runYardstick(program, casePath, 0).model, `${name}, ${what}`).toEqual(model);
    return result;
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netsim-yardstick-'));
    casePath = join(folder, 'case');
    for (const name of YARDSTICKS) programs.set(name, compileYardstick(name, folder));
  }, 300_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  for (const balancer of Object.keys(BALANCERS) as (keyof typeof BALANCERS)[]) {
    for (const transport of Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[]) {
      test(`both programs give netsim's counters and checksum with ${balancer} and ${transport}`, () => {
        const totals = { drops: 0, retransmits: 0, ecnMarks: 0, reorderMaxPackets: 0 };
        for (const seed of SEEDS) {
          for (const workload of WORKLOADS) {
            const prepared = prepare(tightScenario(seed, workload, balancer, transport));
            const result = expectAgreement(prepared, `seed ${seed}, ${workload.kind}`);
            for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result[key]!;
          }
        }
        // The agreement means something only where queues overflow, marks are drawn and packets overtake each other.
        for (const [what, count] of Object.entries(totals)) expect(count, what).toBeGreaterThan(0);
      });
    }
  }

  test('packets beyond the ring of windows or the wheel, and packets longer on the wire than a window, arrive as in netsim', () => {
    const scenario = tightScenario(1, { kind: 'incast', senders: 9, receiver: 2, sizeBytes: 200_000, ranks: RANKS }, 'spray', 'fixed');
    const slow = { rateBps: 10e9, delayPs: 100_000 };
    const prepared = prepare({
      ...scenario,
      topology: { ...(scenario.topology as LeafSpineSpec), hostLink: slow },
      switch: { ...scenario.switch, queueBytes: 2 ** 30 },
    });
    const { queueMaxBytes } = expectAgreement(prepared, 'deep queues');
    const ringBytes = 512 * 100e-9 * (10e9 / 8);
    expect(queueMaxBytes).toBeGreaterThan(ringBytes);
  });

  test('another seed gives another checksum', () => {
    const checksums = [1, 2].map((seed) => {
      writeCase(prepare(tightScenario(seed, WORKLOADS[2]!, 'ecmp', 'dctcp')));
      return runYardstick(programs.get('node-window')!, casePath, 0).model.checksum;
    });
    expect(checksums[0]).not.toBe(checksums[1]);
  });
});

test('a case is refused when the scenario uses what the yardstick does not model', () => {
  const scenario = tightScenario(1, WORKLOADS[0]!, 'ecmp', 'dctcp');
  const unmodelled = { ...scenario, switch: { ...scenario.switch, hash: 'jenkins' as const } };
  expect(() => yardstickCase(prepare(unmodelled))).toThrow('the yardstick does not model hash jenkins');
});
