/**
 * `npm run bench -- [--only TEXT] [--runs N] [--json FILE] [--compare FILE]`
 *
 * Runs each scenario in processes of its own, N times (default 3), and prints the median of packet-hops per user-CPU second. Speeds of
 * different machines cannot be compared: compare two trees on one idle machine, with `--json` on the first and `--compare` on the second.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BENCH_SCENARIOS, warmUp } from './scenarios.ts';
import type { BenchScenario } from './scenarios.ts';

interface Measurement {
  readonly packetHops: number;
  readonly subflows: number;
  readonly drops: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly liveBytes: number;
  readonly preparedHosts: number;
}

interface Figures {
  readonly name: string;
  readonly packetHops: number;
  readonly userSeconds: number;
  readonly millionHopsPerSecond: number;
  readonly nsPerHop: number;
  readonly bytesPerHost: number;
  readonly bytesPerFlow: number;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '3' },
    json: { type: 'string' },
    compare: { type: 'string' },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a positive integer, not "${values.runs}"`);

function measure(bench: BenchScenario): Measurement {
  const input = JSON.stringify({ scenario: bench.scenario, warmUp: warmUp(bench) });
  const script = new URL('./measure.mjs', import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', script], { input, encoding: 'utf8' })) as Measurement;
}

/** Of the run with the median user time (the lower one of two). */
function figures(bench: BenchScenario): Figures {
  const sorted = Array.from({ length: runs }, () => measure(bench)).sort((a, b) => a.userSeconds - b.userSeconds);
  const median = sorted[Math.floor((runs - 1) / 2)]!;
  return {
    name: bench.name,
    packetHops: median.packetHops,
    userSeconds: median.userSeconds,
    millionHopsPerSecond: median.packetHops / median.userSeconds / 1e6,
    nsPerHop: (median.userSeconds / median.packetHops) * 1e9,
    bytesPerHost: median.liveBytes / median.preparedHosts,
    bytesPerFlow: median.liveBytes / median.subflows,
  };
}

const chosen = BENCH_SCENARIOS.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) throw new Error(`no scenario contains "${values.only}": ${BENCH_SCENARIOS.map(({ name }) => name).join(', ')}`);
const old = values.compare === undefined ? [] : (JSON.parse(readFileSync(values.compare, 'utf8')) as Figures[]);

const columns = ['packet-hops', 'user s', 'M hops/s', 'ns/hop', 'B/host', 'B/flow', ...(old.length > 0 ? ['speed-up'] : [])];
const width = Math.max(...chosen.map(({ name }) => name.length));
console.log(['scenario'.padEnd(width), ...columns.map((column) => column.padStart(12))].join(' '));
const all: Figures[] = [];
for (const bench of chosen) {
  const row = figures(bench);
  all.push(row);
  const before = old.find(({ name }) => name === row.name);
  const cells = [
    String(row.packetHops),
    row.userSeconds.toFixed(2),
    row.millionHopsPerSecond.toFixed(2),
    row.nsPerHop.toFixed(1),
    row.bytesPerHost.toFixed(0),
    row.bytesPerFlow.toFixed(0),
    ...(before === undefined ? [] : [(row.millionHopsPerSecond / before.millionHopsPerSecond).toFixed(3)]),
  ];
  console.log([row.name.padEnd(width), ...cells.map((cell) => cell.padStart(12))].join(' '));
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
