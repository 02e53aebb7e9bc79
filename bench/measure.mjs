// One measurement in a process of its own: reads { scenario, warmUp } from standard input, prints one line of JSON. Measures the
// built program (dist/), not the sources through a loader.
import { readFileSync } from 'node:fs';
import { prepare } from '../dist/sim/prepare.js';
import { simulatePrepared } from '../dist/sim/simulate.js';

/** A short scenario is repeated: half a second is too little to measure. */
const MIN_PACKET_HOPS = 16e6;

const { scenario, warmUp } = JSON.parse(readFileSync(0, 'utf8'));

const warm = simulatePrepared(prepare(warmUp));
if (!warm.finished || warm.drops === 0) throw new Error('the warm-up must finish and drop packets');

const liveBytes = () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const before = liveBytes();
const prepared = prepare(scenario);
// Once unmeasured, so that what is measured runs compiled.
let result = simulatePrepared(prepared);
let packetHops = 0;
let runs = 0;
const cpuBefore = process.cpuUsage();
while (packetHops < MIN_PACKET_HOPS) {
  result = simulatePrepared(prepared);
  if (!result.finished) throw new Error(result.unfinishedReason);
  packetHops += result.packetHops;
  runs++;
}
const cpu = process.cpuUsage(cpuBefore);
const after = liveBytes();

console.log(
  JSON.stringify({
    packetHops: packetHops / runs,
    subflows: result.subflows,
    drops: result.drops,
    userSeconds: cpu.user / runs / 1e6,
    systemSeconds: cpu.system / runs / 1e6,
    liveBytes: after - before,
    preparedHosts: prepared.topology.hosts,
  }),
);
