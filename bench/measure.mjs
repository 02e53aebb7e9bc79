// One measurement in a process of its own: reads { scenario, warmUp, leastSeconds } from standard input, prints one line of JSON.
// Measures the built program (dist/), not the sources through a loader.
import { readFileSync } from 'node:fs';
import { raiseInliningBudget } from '../dist/cli/inlining-budget.js';
import { Network } from '../dist/sim/fabric/network.js';
import { prepare } from '../dist/sim/prepare.js';
import { simulatePrepared } from '../dist/sim/simulate.js';
import { checksum } from './checksum.mjs';

// As the command does.
raiseInliningBudget();
const { scenario, warmUp, leastSeconds } = JSON.parse(readFileSync(0, 'utf8'));

const warm = simulatePrepared(prepare(warmUp));
if (!warm.finished) throw new Error(`the warm-up must finish: ${warm.unfinishedReason}`);

const prepared = prepare(scenario);
// Once unmeasured: for the figures to compare, and so that what is measured runs compiled.
const result = simulatePrepared(prepared);
if (!result.finished) throw new Error(result.unfinishedReason);

// A short run is repeated: a fraction of a second is too little to measure.
let userSeconds = 0;
let runs = 0;
do {
  const network = new Network(prepared, {});
  const before = process.cpuUsage();
  network.engine.run(scenario.stopAtPs, null);
  userSeconds += process.cpuUsage(before).user / 1e6;
  runs++;
  if (network.packetHops() !== result.packetHops) throw new Error('two runs of one scenario differ');
  network.release();
} while (userSeconds < leastSeconds);

const { packetHops, packets, drops, ecnMarks, retransmits, reorderMaxPackets, completionPs, subflows } = result;
console.log(
  JSON.stringify({
    model: { packetHops, packets, drops, ecnMarks, retransmits, reorderMaxPackets, completionPs, checksum: checksum(result.tables) },
    userSeconds: userSeconds / runs,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    flows: subflows,
  }),
);
