// One measurement in a process of its own: reads { scenario, warmUp } from standard input, prints one line of JSON. Measures the
// built program (dist/), not the sources through a loader.
import { readFileSync } from 'node:fs';
import { prepare } from '../dist/sim/prepare.js';
import { simulatePrepared } from '../dist/sim/simulate.js';

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
const cpuBefore = process.cpuUsage();
const result = simulatePrepared(prepared);
const cpu = process.cpuUsage(cpuBefore);
const after = liveBytes();
if (!result.finished) throw new Error(result.unfinishedReason);

console.log(
  JSON.stringify({
    packetHops: result.packetHops,
    subflows: result.subflows,
    drops: result.drops,
    userSeconds: cpu.user / 1e6,
    systemSeconds: cpu.system / 1e6,
    liveBytes: after - before,
    preparedHosts: prepared.topology.hosts,
  }),
);
