import { expect, test } from 'vitest';
import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { ProbeSpec } from '../../sim/base/probe-spec.ts';
import type { ProbeTables } from '../../sim/base/probe-tables.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { simulate } from '../../sim/simulate.ts';
import { DATA, PAUSE, RESUME, type PacketEvent } from '../oracle/event-log.ts';
import { runOracle } from '../oracle/oracle.ts';
import { inputOf } from '../oracle/scenario-case.ts';
import type { OracleInput } from '../oracle/types.ts';
import { fatTreeSpec, leafSpineSpec, lineRate, scenarioOf } from '../sim/scenarios.ts';
import { denseOf } from './series.ts';

const ALL: ProbeSpec = { everyPs: 0, what: ['queues', 'links', 'pauses', 'reorder'], links: 'all' };

/** An arrival in the oracle's log, with the link that it came by, and when it had come to the node that the link leaves. */
interface Arrival extends PacketEvent {
  readonly link: number;
  readonly bytes: number;
  /** undefined: it was made there. */
  readonly enteredPs: number | undefined;
}

function arrivalsOf(input: OracleInput): Arrival[] {
  const { topology, plan, scenario } = input;
  const { mtuBytes, headerBytes, ackBytes } = scenario.nic;
  const sizeOf = ({ flow, seq, type }: PacketEvent): number => {
    if (type === DATA) return headerBytes + Math.min(mtuBytes, plan.bytes[flow]! - seq * mtuBytes);
    return type === PAUSE || type === RESUME ? 64 : ackBytes;
  };
  const result = runOracle(input);
  expect(result).toMatchObject({ finished: true, drops: 0, retransmits: 0 });
  const keyOf = (node: number, { flow, seq, type }: PacketEvent): string => `${node} ${flow} ${seq} ${type}`;
  const enteredPs = new Map(
    result.nodeLogs.flatMap(({ packets }, node) => packets.map((event) => [keyOf(node, event), event.timePs] as const)),
  );
  return result.nodeLogs.flatMap(({ packets }, node) =>
    packets.map((event) => {
      const link = topology.linkReverse[topology.portLink[topology.portOffset[node]! + event.port]!]!;
      return { ...event, link, bytes: sizeOf(event), enteredPs: enteredPs.get(keyOf(topology.linkFrom[link]!, event)) };
    }),
  );
}

/** What is queued at the ports of switches, as serialisation times (model-switches.md 1): a packet from its arrival there until it has left. */
function queuesAt(timePs: number, { topology }: OracleInput, arrivals: readonly Arrival[]): number[] {
  const queuedPs = new Array<number>(topology.links).fill(0);
  for (const { link, bytes, enteredPs, timePs: atPs } of arrivals) {
    const endPs = atPs - topology.linkDelayPs[link]!;
    if (topology.linkFrom[link]! < topology.hosts || enteredPs! >= timePs || endPs <= timePs) continue;
    queuedPs[link]! += Math.min(endPs - timePs, serialisationPs(bytes, topology.linkRateBps[link]!));
  }
  return queuedPs.map((ps, link) => Math.round((ps * topology.linkRateBps[link]!) / 8e12));
}

function utilisationAt(timePs: number, everyPs: number, { topology }: OracleInput, arrivals: readonly Arrival[]): number[] {
  const bytesOf = new Array<number>(topology.links).fill(0);
  for (const { link, bytes, timePs: endPs } of arrivals) {
    const lastsPs = (bytes * 8e12) / topology.linkRateBps[link]!;
    const overlapPs = Math.min(endPs, timePs) - Math.max(endPs - lastsPs, timePs - everyPs);
    if (overlapPs > 0) bytesOf[link]! += (bytes * overlapPs) / lastsPs;
  }
  return bytesOf.map((bytes, link) => (bytes * 8e12) / (topology.linkRateBps[link]! * everyPs));
}

/** Paused time and PAUSE frames of each link in the interval that ends at `timePs`. */
function pausesAt(
  timePs: number,
  everyPs: number,
  { topology }: OracleInput,
  arrivals: readonly Arrival[],
): { ps: number[]; count: number[] } {
  const ps = new Array<number>(topology.links).fill(0);
  const count = new Array<number>(topology.links).fill(0);
  const sincePs = new Map<number, number>();
  const add = (link: number, fromPs: number, toPs: number): void => {
    ps[link]! += Math.max(0, Math.min(toPs, timePs) - Math.max(fromPs, timePs - everyPs));
  };
  for (const arrival of arrivals) {
    if (arrival.type !== PAUSE && arrival.type !== RESUME) continue;
    const stopped = topology.linkReverse[arrival.link]!;
    if (arrival.type === PAUSE) {
      sincePs.set(stopped, arrival.timePs);
      if (arrival.timePs >= timePs - everyPs && arrival.timePs < timePs) count[stopped]!++;
    } else {
      add(stopped, sincePs.get(stopped)!, arrival.timePs);
      sincePs.delete(stopped);
    }
  }
  for (const [link, fromPs] of sincePs) add(link, fromPs, Infinity);
  return { ps, count };
}

function reorderAt(timePs: number, { topology, plan }: OracleInput, arrivals: readonly Arrival[]): number[] {
  const most = new Array<number>(topology.hosts).fill(0);
  const received = new Map<number, Set<number>>();
  for (const { link, type, flow, seq, timePs: atPs } of arrivals) {
    if (type !== DATA || topology.linkTo[link]! >= topology.hosts || atPs >= timePs) continue;
    if (!received.has(flow)) received.set(flow, new Set());
    received.get(flow)!.add(seq);
  }
  for (const [flow, packets] of received) {
    let expected = 0;
    while (packets.has(expected)) expected++;
    const host = plan.dstHost[flow]!;
    most[host] = Math.max(most[host]!, packets.size - expected);
  }
  return most;
}

const PERMUTATION = { kind: 'permutation', pattern: { shift: 3 }, sizeBytes: 60_000, ranks: 9 } as const;
const SCENARIOS: Record<string, Scenario> = {
  'spraying with marks': scenarioOf({
    topology: leafSpineSpec(3, 3, 2),
    workload: PERMUTATION,
    balancer: { kind: 'spray' },
    switch: { ...DROPTAIL, queueBytes: Infinity },
  }),
  'links of different rates': scenarioOf({
    ...lineRate,
    topology: leafSpineSpec(3, 3, 2, {
      fabricLink: { rateBps: 400e9, delayPs: 300_000, perSpineRateBps: [333e9, 800e9], linksPerPair: 2 },
    }),
    workload: PERMUTATION,
    balancer: { kind: 'spray' },
  }),
  'a fat tree with answers first': scenarioOf({
    topology: fatTreeSpec(4),
    workload: { kind: 'all-to-all', algorithm: 'direct', sizeBytes: 16 * 5000, ranks: 16 },
    balancer: { kind: 'drb' },
    nic: { ...PLAIN_NIC, ackPriority: 'high' },
    switch: { ...DROPTAIL, queueBytes: Infinity, ecnAt: 'dequeue-after' },
  }),
};
const LOSSLESS = scenarioOf({
  ...lineRate,
  topology: leafSpineSpec(2, 4, 2),
  workload: { kind: 'incast', senders: 7, receiver: 0, sizeBytes: 200_000, ranks: 8 },
  switch: { ...DROPTAIL, kind: 'lossless-input', pauseBytes: 20_000, resumeBytes: 12_000, ecn: 'off' },
});

function probed(scenario: Scenario, everyPs: number): { readonly tables: ProbeTables; readonly samples: number } {
  const result = simulate({ ...scenario, probes: { ...ALL, everyPs } });
  return { tables: result.tables.probes!, samples: Math.ceil(result.completionPs! / everyPs) + 2 };
}

const everyPs = [84_000, 333_333];

test.each(Object.entries(SCENARIOS).flatMap(([name, scenario]) => everyPs.map((every) => [name, every, scenario] as const)))(
  'samples say what the packets of the oracle do: %s, every %i ps',
  (_, every, scenario) => {
    const input = inputOf({ scenario, traffic: null });
    const { topology } = input;
    const arrivals = arrivalsOf(input);
    const interval = Math.max(every, ...topology.linkRateBps.map((rateBps) => serialisationPs(4160, rateBps)));
    const { tables, samples } = probed(scenario, interval);
    const queues = denseOf(tables.queueBytes!, interval, samples, topology.links);
    const use = denseOf(tables.utilisation!, interval, samples, topology.links);
    const held = denseOf(tables.reorderPackets!, interval, samples, topology.hosts);
    for (let sample = 1; sample <= samples; sample++) {
      const timePs = sample * interval;
      expect(queues[sample - 1], `queues at ${timePs}`).toEqual(queuesAt(timePs, input, arrivals));
      expect(held[sample - 1], `held at ${timePs}`).toEqual(reorderAt(timePs, input, arrivals));
      utilisationAt(timePs, interval, input, arrivals).forEach((part, link) => {
        expect(Math.abs(use[sample - 1]![link]! - part), `utilisation of ${link} at ${timePs}`).toBeLessThan(1e-6);
      });
    }
    expect(tables.pauses!.timePs).toHaveLength(0);
    expect(tables.pausedPs!.timePs).toHaveLength(0);
    expect(Math.max(...queues.flat())).toBeGreaterThan(4160);
  },
);

test.each(everyPs)('samples say what PAUSE and RESUME do, every %i ps', (every) => {
  const input = inputOf({ scenario: LOSSLESS, traffic: null });
  const { topology } = input;
  const arrivals = arrivalsOf(input);
  const { tables, samples } = probed(LOSSLESS, every);
  const pausedPs = denseOf(tables.pausedPs!, every, samples, topology.links);
  const pauses = denseOf(tables.pauses!, every, samples, topology.links);
  for (let sample = 1; sample <= samples; sample++) {
    const { ps, count } = pausesAt(sample * every, every, input, arrivals);
    expect(pausedPs[sample - 1]).toEqual(ps);
    expect(pauses[sample - 1]).toEqual(count);
  }
  const total = pauses.flat().reduce((sum, count) => sum + count, 0);
  expect(total).toBe(simulate(LOSSLESS).pfcPauses);
  expect(total).toBeGreaterThan(5);
});
