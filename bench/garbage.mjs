// `node bench/garbage.mjs [BALANCER] [SIZE]`: garbage collections during a run, by default of some ten seconds, after short ones that
// compile the code. Two bytes of garbage a hop would show as a scavenge every million packet hops. Measures the built program (dist/).
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { raiseInliningBudget } from '../dist/cli/inlining-budget.js';
import { Network } from '../dist/sim/fabric/network.js';
import { prepare } from '../dist/sim/prepare.js';
import { loadConfig } from '../dist/sweep/config/load.js';
import { runSingle } from '../dist/sweep/cells.js';

// As the command does.
raiseInliningBudget();

const config = (balancer, size) => `
name: garbage
topology: { kind: leaf-spine, leaves: 16, spines: 8, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns }, fabricLink: { rate: 400Gbps, delay: 500ns } }
workload: { kind: permutation, pattern: { multiply: 37, add: 11 }, size: ${size} }
balancer: ${balancer}
transport: dctcp
`;

const collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] });

async function run(balancer, size) {
  const text = new TextEncoder().encode(config(balancer, size));
  const { scenario } = await runSingle(await loadConfig('garbage.yaml', { readFile: () => Promise.resolve(text) }));
  const network = new Network(prepare(scenario), {});
  const startMs = performance.now();
  network.engine.run(scenario.stopAtPs, null);
  const endMs = performance.now();
  network.release();
  await setTimeout(100);
  const during = collections.filter(({ startTime }) => startTime >= startMs && startTime <= endMs);
  return { balancer, packetHops: network.packetHops(), seconds: (endMs - startMs) / 1000, collections: during.length };
}

const [balancer = 'spray', size = '512MiB'] = process.argv.slice(2);
await run(balancer, '32MiB');
await run(balancer, '32MiB');
console.log(JSON.stringify(await run(balancer, size)));
