import { fc } from '@fast-check/vitest';
import { scenarioCases } from './scenarios.ts';
import { inputOf, describeScenario, readCase } from './scenario-case.ts';
import { runOracle } from './oracle.ts';
import { comparable, differences } from './compare.ts';
const n = Number(process.argv[2] ?? 100);
const stats: Record<string, number> = {};
let worst = 0,
  worstCase = '';
for (const c of fc.sample(scenarioCases, { numRuns: n, seed: Number(process.argv[3] ?? 42) })) {
  const t = performance.now();
  let r;
  try {
    const input = inputOf(c);
    r = runOracle(input);
    const lazy = runOracle(readCase(describeScenario(c)), { nic: 'lazy' });
    const d = differences(comparable(r), comparable(lazy));
    if (d.length && r.finished) {
      console.log('LAZY DIFF', d.slice(0, 5), describeScenario(c));
    }
  } catch (e) {
    console.log(String(e), describeScenario(c));
    stats.error = (stats.error ?? 0) + 1;
    continue;
  }
  const ms = performance.now() - t;
  if (ms > worst) {
    worst = ms;
    worstCase = describeScenario(c);
  }
  const add = (k: string, v: number) => (stats[k] = (stats[k] ?? 0) + v);
  add('ms', ms);
  add('finished', +r.finished);
  add('hops', r.packetHops);
  add('withDrops', +(r.drops > 0));
  add('withRetx', +(r.retransmits > 0));
  add('withMarks', +(r.ecnMarks > 0));
  add('reordered', +(r.reorderMaxPackets > 0));
  add('failures', +(c.scenario.failures.length > 0));
}
console.log(stats, worst, worstCase);
