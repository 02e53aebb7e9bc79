// Memory a host and a flow of one scenario's fabric, balancer and transport, in a process of its own: reads the scenario from standard
// input, prints one line of JSON.
import { readFileSync } from 'node:fs';
import { ScheduleBuilder } from '../dist/sim/base/schedule.js';
import { Network } from '../dist/sim/fabric/network.js';
import { prepare } from '../dist/sim/prepare.js';

/** Messages of a host in the runs with few and with many flows, all open at once. */
const FEW = 1;
const MANY = 33;
const MESSAGE_BYTES = 2 ** 16;

const scenario = JSON.parse(readFileSync(0, 'utf8'));

/** Every rank sends to ranks in `messages` other racks, balanced: rank r to r + m * ranks of a rack, m = 1 .. messages. */
function shifts(ranks, stride, messages) {
  const builder = new ScheduleBuilder(ranks);
  const phase = builder.phase('shifts');
  for (let r = 0; r < ranks; r++) {
    for (let m = 1; m <= messages; m++)
      builder.message(r, (r + stride * (1 + ((m - 1) % (ranks / stride - 1)))) % ranks, MESSAGE_BYTES, phase);
  }
  return builder.build();
}

function run(messages) {
  const { leaves, hostsPerLeaf } = scenario.topology;
  const prepared = prepare(scenario, shifts(leaves * hostsPerLeaf, hostsPerLeaf, messages));
  const network = new Network(prepared, {});
  network.engine.run(scenario.stopAtPs, null);
  if (network.runner.opsEnded < prepared.schedule.ops) throw new Error('the run must finish');
  return { prepared, network };
}

function liveBytes() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Live bytes of a run, everything prepared for it and its part of the arena included, while it is still held; and its flows. */
function held(messages) {
  const before = liveBytes();
  const { prepared, network } = run(messages);
  const bytes = liveBytes() - before + network.engine.region.bytes;
  network.release();
  return { bytes, flows: prepared.plan.flows, hosts: network.hosts.length };
}

// Unmeasured, so that compiled code and its profiles are in the heap already.
run(MANY);
const few = held(FEW);
const many = held(MANY);
const bytesPerFlow = (many.bytes - few.bytes) / (many.flows - few.flows);
console.log(JSON.stringify({ bytesPerFlow, bytesPerHost: (few.bytes - few.flows * bytesPerFlow) / few.hosts }));
