/**
 * `npm run bench -- [--only TEXT] [--runs N] [--no-yardstick] [--json FILE] [--compare FILE]`
 *
 * For every scenario whose name contains TEXT (`feature-...`: permutation-128-spray-dctcp with one feature of the fabric on): the speed of netsim's simulation loop in packet hops a second of user CPU, the memory of a
 * host and of a flow, and the ratio of that speed to two C++ programs that simulate the same packets (bench/yardstick/), compiled on the
 * spot with g++: one with netsim's own algorithm (node-window), one with a global timing wheel and one event a hop (global-wheel). All
 * three run in processes of their own, in turn, N times (default 5); hop counts, counters and checksums must be equal.
 *
 * Wireless scenarios (`wireless-...`) have rows of their own: slots of the cell, and slots times users, a second of user CPU.
 *
 * The figures are medians: of the netsim runs, and of the ratios of runs that followed each other. Read the ratios: seconds of different
 * machines, or of one machine under different load, cannot be compared. For two trees on one idle machine there is `--json` on the first
 * and `--compare` on the second.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { prepare } from '../sim/prepare.ts';
import { featureScenarios } from './feature-scenarios.ts';
import { BENCH_SCENARIOS, warmUp, type BenchScenario } from './scenarios.ts';
import { WIRELESS_SCENARIOS, type WirelessBench } from './wireless-scenarios.ts';
import { yardstickCase } from './yardstick-case.ts';
import { compileYardstick, hasCompiler, runYardstick, YARDSTICKS, type ModelFigures, type Yardstick } from './yardstick.ts';

/** A run is repeated until its loops took this long. */
const LEAST_SECONDS = 1.5;
/** Before that netsim runs unmeasured, until the code is compiled as it will be. */
const WARM_UP_SECONDS = 1;

interface Measurement {
  readonly model: ModelFigures;
  readonly userSeconds: number;
  readonly peakRssBytes: number;
  readonly flows: number;
}

interface Memory {
  readonly bytesPerFlow: number;
  readonly bytesPerHost: number;
}

interface Figures extends Memory {
  readonly name: string;
  readonly packetHops: number;
  readonly flows: number;
  readonly nsPerHop: number;
  readonly millionHopsPerSecond: number;
  readonly peakRssBytes: number;
  /** Speed of netsim over the speed of the yardstick; absent where it was not run. */
  readonly speedOver: Partial<Record<Yardstick, number>>;
}

interface WirelessFigures {
  readonly name: string;
  readonly slots: number;
  readonly users: number;
  readonly nsPerUserSlot: number;
  readonly millionSlotsPerSecond: number;
  readonly millionUserSlotsPerSecond: number;
  readonly peakRssBytes: number;
}

interface WirelessMeasurement {
  readonly model: { readonly slots: number };
  readonly userSeconds: number;
  readonly peakRssBytes: number;
}

type Programs = ReadonlyMap<Yardstick, string>;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '5' },
    'no-yardstick': { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a positive integer, not "${values.runs}"`);
const known = [...BENCH_SCENARIOS, ...(await featureScenarios())];
const chosen = known.filter(({ name }) => name.includes(values.only));
const chosenWireless = WIRELESS_SCENARIOS.filter(({ name }) => name.includes(values.only));
if (chosen.length + chosenWireless.length === 0) {
  throw new Error(`no scenario contains "${values.only}": ${[...known, ...WIRELESS_SCENARIOS].map(({ name }) => name).join(', ')}`);
}
const compared =
  values.compare === undefined ? [] : (JSON.parse(readFileSync(values.compare, 'utf8')) as readonly (Figures | WirelessFigures)[]);
const old = compared.filter((row) => 'packetHops' in row);
const oldWireless = compared.filter((row) => 'slots' in row);

function inProcess<Result>(script: string, input: unknown): Result {
  const path = new URL(script, import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', path], { input: JSON.stringify(input), encoding: 'utf8' })) as Result;
}

/** The middle value; the lower one of two. */
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]!;

function compilePrograms(folder: string): Programs {
  if (values['no-yardstick']) return new Map();
  if (!hasCompiler()) {
    console.log('There is no g++ on the PATH: no ratio to the C++ yardstick.');
    return new Map();
  }
  return new Map(YARDSTICKS.map((name) => [name, compileYardstick(name, folder)]));
}

function measure(bench: BenchScenario, allPrograms: Programs, folder: string): Figures {
  const programs: Programs = bench.hasYardstick ? allPrograms : new Map();
  const casePath = join(folder, 'case');
  if (programs.size > 0) writeFileSync(casePath, yardstickCase(prepare(bench.scenario)));
  const measured: Measurement[] = [];
  const ratios = new Map(Array.from(programs.keys(), (name) => [name, [] as number[]]));
  for (let run = 0; run < runs; run++) {
    const own = inProcess<Measurement>('./measure.mjs', {
      scenario: bench.scenario,
      warmUp: warmUp(bench),
      warmUpSeconds: WARM_UP_SECONDS,
      leastSeconds: LEAST_SECONDS,
    });
    measured.push(own);
    for (const [name, program] of programs) {
      const other = runYardstick(program, casePath, LEAST_SECONDS);
      assertEqualFigures(bench.name, name, own.model, other.model);
      ratios.get(name)!.push(other.userSeconds / own.userSeconds);
    }
  }
  const { packetHops } = measured[0]!.model;
  const userSeconds = median(measured.map((run) => run.userSeconds));
  return {
    name: bench.name,
    packetHops,
    flows: measured[0]!.flows,
    nsPerHop: (userSeconds / packetHops) * 1e9,
    millionHopsPerSecond: packetHops / userSeconds / 1e6,
    peakRssBytes: median(measured.map((run) => run.peakRssBytes)),
    ...inProcess<Memory>('./memory.mjs', bench.scenario),
    speedOver: Object.fromEntries(Array.from(ratios, ([name, ofRuns]) => [name, median(ofRuns)])),
  };
}

function assertEqualFigures(scenario: string, yardstick: Yardstick, own: ModelFigures, other: ModelFigures): void {
  if (isDeepStrictEqual(own, other)) return;
  throw new Error(`${scenario}: netsim and ${yardstick} differ:\n${JSON.stringify(own)}\n${JSON.stringify(other)}`);
}

const cells = (row: Figures, programs: Programs): string[] => {
  const before = old.find(({ name }) => name === row.name);
  return [
    String(row.packetHops),
    row.nsPerHop.toFixed(1),
    row.millionHopsPerSecond.toFixed(2),
    row.bytesPerHost.toFixed(0),
    row.bytesPerFlow.toFixed(0),
    (row.peakRssBytes / 1e6).toFixed(0),
    ...Array.from(programs.keys(), (name) => row.speedOver[name]?.toFixed(2) ?? '-'),
    ...(before === undefined ? [] : [(row.millionHopsPerSecond / before.millionHopsPerSecond).toFixed(3)]),
  ];
};

/** How the time a hop grows with the fabric, where the scenarios that tell were run. */
function printScaling(rows: readonly Figures[]): void {
  const nsPerHop = (hosts: number): number | undefined => rows.find(({ name }) => name === `permutation-${hosts}-spray-dctcp`)?.nsPerHop;
  const smallest = nsPerHop(128);
  if (smallest === undefined) return;
  for (const hosts of [1024, 8192]) {
    const larger = nsPerHop(hosts);
    if (larger !== undefined)
      console.log(`ns/hop at ${hosts} hosts / at 128 hosts (permutation, spray, dctcp): ${(larger / smallest).toFixed(2)}`);
  }
}

function measureWireless({ name, users, config }: WirelessBench): WirelessFigures {
  const measured = Array.from({ length: runs }, () =>
    inProcess<WirelessMeasurement>('./measure-wireless.mjs', { config, leastSeconds: LEAST_SECONDS }),
  );
  const { slots } = measured[0]!.model;
  const userSeconds = median(measured.map((run) => run.userSeconds));
  return {
    name,
    slots,
    users,
    nsPerUserSlot: (userSeconds / slots / users) * 1e9,
    millionSlotsPerSecond: slots / userSeconds / 1e6,
    millionUserSlotsPerSecond: (slots * users) / userSeconds / 1e6,
    peakRssBytes: median(measured.map((run) => run.peakRssBytes)),
  };
}

/** Measures cells, printing a row of each. */
function benchWireless(benches: readonly WirelessBench[]): WirelessFigures[] {
  if (benches.length === 0) return [];
  const columns = ['   slots', 'users', 'ns/user-slot', 'M slots/s', 'M user-slots/s', 'peak RSS MB'];
  if (oldWireless.length > 0) columns.push('speed-up');
  const width = Math.max(...benches.map(({ name }) => name.length));
  const print = (name: string, row: readonly string[]): void => {
    console.log([name.padEnd(width), ...row.map((cell, i) => cell.padStart(columns[i]!.length))].join('  '));
  };
  print('cell', columns);
  const rows = benches.map((bench) => {
    const row = measureWireless(bench);
    const before = oldWireless.find(({ name }) => name === row.name);
    print(row.name, [
      String(row.slots),
      String(row.users),
      row.nsPerUserSlot.toFixed(1),
      row.millionSlotsPerSecond.toFixed(3),
      row.millionUserSlotsPerSecond.toFixed(2),
      (row.peakRssBytes / 1e6).toFixed(0),
      ...(before === undefined ? [] : [(row.millionSlotsPerSecond / before.millionSlotsPerSecond).toFixed(3)]),
    ]);
    return row;
  });
  console.log(`\nM slots/s: slots of a cell a second of user CPU, median of ${runs}; M user-slots/s: times its users.`);
  return rows;
}

/** Measures fabrics, printing a row of each and what the columns mean. */
function benchFabrics(folder: string): Figures[] {
  if (chosen.length === 0) return [];
  const programs = compilePrograms(folder);
  const columns = [
    'packet-hops',
    'ns/hop',
    'M hops/s',
    'B/host',
    'B/flow',
    'peak RSS MB',
    ...Array.from(programs.keys(), (name) => `x ${name}`),
  ];
  if (old.length > 0) columns.push('speed-up');
  const width = Math.max(...chosen.map(({ name }) => name.length));
  const print = (name: string, row: readonly string[]): void => {
    console.log([name.padEnd(width), ...row.map((cell, i) => cell.padStart(columns[i]!.length))].join('  '));
  };
  columns[0] = columns[0]!.padStart(12);
  print('scenario', columns);
  const rows: Figures[] = [];
  for (const bench of chosen) {
    const row = measure(bench, programs, folder);
    rows.push(row);
    print(row.name, cells(row, programs));
  }
  console.log();
  printScaling(rows);
  console.log(
    `ns/hop, M hops/s: user CPU of the simulation loop, median of ${runs}. x: netsim's speed over the yardstick's, median of pairs.`,
  );
  console.log('B/flow: growth of the live bytes with the flows of the same fabric, 33 messages of 64 KiB a host over 1, all open at once.');
  console.log(
    'B/host: live bytes of the run with one message a host, less its flows, over the hosts: topology, ports, switches, mailboxes.',
  );
  console.log('Both are taken after a run while all of its state is held. Peak RSS: of the whole process that was timed.');
  return rows;
}

const folder = mkdtempSync(join(tmpdir(), 'netsim-bench-'));
try {
  const rows = [...benchFabrics(folder), ...benchWireless(chosenWireless)];
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
