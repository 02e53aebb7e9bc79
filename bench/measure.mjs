// One measurement in a process of its own: reads { scenario, warmUp, warmUpSeconds, leastSeconds } from standard input, prints one line of JSON.
// Measures the built program (dist/), not the sources through a loader.
import { readFileSync } from 'node:fs';
import { raiseInliningBudget } from '../dist/cli/inlining-budget.js';
import { Network } from '../dist/sim/fabric/network.js';
import { prepare } from '../dist/sim/prepare.js';
import { simulatePrepared } from '../dist/sim/simulate.js';
import { checksum } from './checksum.mjs';

// As the command does.
raiseInliningBudget();
const { scenario, warmUp, warmUpSeconds, leastSeconds } = JSON.parse(readFileSync(0, 'utf8'));

const warm = simulatePrepared(prepare(warmUp));
if (!warm.finished) throw new Error(`the warm-up must finish: ${warm.unfinishedReason}`);

const prepared = prepare(scenario);
const result = simulatePrepared(prepared);
if (!result.finished) throw new Error(result.unfinishedReason);

/** User CPU of one run of the simulation loop. */
function timeRun() {
  const network = new Network(prepared, {});
  const before = process.cpuUsage();
  network.engine.run(scenario.stopAtPs, null);
  const seconds = process.cpuUsage(before).user / 1e6;
  if (network.packetHops() !== result.packetHops) throw new Error('two runs of one scenario differ');
  network.release();
  return seconds;
}

/** Mean of runs that take so long together: a fraction of a second is too little to measure. */
function meanSeconds(least) {
  let seconds = 0;
  let runs = 0;
  for (; seconds < least; runs++) seconds += timeRun();
  return seconds / runs;
}

// Unmeasured: V8 compiles the hot functions, some of them twice, in the first second.
meanSeconds(warmUpSeconds);
const userSeconds = meanSeconds(leastSeconds);

const { packetHops, packets, drops, ecnMarks, retransmits, reorderMaxPackets, completionPs, subflows } = result;
console.log(
  JSON.stringify({
    model: { packetHops, packets, drops, ecnMarks, retransmits, reorderMaxPackets, completionPs, checksum: checksum(result.tables) },
    userSeconds,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    flows: subflows,
  }),
);
