import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { CollectiveKind, CollectiveAlgorithm, CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { RunResult } from '../../sim/base/result.ts';
import type { LinkSpec, RailSpec, ServerSpec } from '../../sim/base/topology-spec.ts';
import { simulate } from '../../sim/simulate.ts';
import { collectiveTime, type MessageCost } from '../../workloads/collectives/closed-forms.ts';
import { ideal, scenarioOf } from './scenarios.ts';

/**
 * F38 to F40 on servers whose NVLink has a rate and a latency of its own, in packets on a rail fabric. Level 1 is NVLink (whole messages,
 * cut-through: alpha1 is its delay), level 2 the network: a message of whole packets over L links has alpha2 = L delays and L - 1 packets of
 * store-and-forward, beta2 the wire time of a payload byte.
 */
const PACKET = 4096;
const WIRE = 4160;

interface Machines {
  readonly servers: number;
  readonly gpus: number;
  readonly nvlink: LinkSpec;
  readonly link: LinkSpec;
  /** Default: all servers, so that a rail is one leaf. */
  readonly serversPerSegment?: number;
  /** Default: one a GPU. */
  readonly nics?: number;
}

function railOf({ servers, gpus, nvlink, link, serversPerSegment = servers, nics = gpus }: Machines): RailSpec {
  const server: ServerSpec = { gpus, nics, nvlink };
  const fabricLink = { ...link, perSpineRateBps: null, linksPerPair: 1 };
  return { kind: 'rail', servers, serversPerSegment, spines: 1, hostLink: link, fabricLink, placement: 'packed', server };
}

/** Two levels of cost; messages of the network cross `links` links. */
function costOf({ nvlink, link }: Machines, links: number): MessageCost {
  const txPs = (WIRE * 8e12) / link.rateBps;
  return {
    alphaPs: links * link.delayPs + (links - 1) * txPs,
    betaPsPerByte: txPs / PACKET,
    inServer: { alphaPs: nvlink.delayPs, betaPsPerByte: 8e12 / nvlink.rateBps },
  };
}

const specOf = ({ servers, gpus }: Machines, kind: CollectiveKind, algorithm: CollectiveAlgorithm, packets: number): CollectiveSpec => ({
  kind,
  algorithm,
  sizeBytes: servers * gpus * packets * PACKET,
  ranks: servers * gpus,
  ranksPerServer: gpus,
});

const run = (machines: Machines, workload: CollectiveSpec): RunResult => {
  const result = simulate(scenarioOf({ ...ideal, topology: railOf(machines), workload }));
  expect(result.boundPs).toBeLessThanOrEqual(result.completionPs!);
  return result;
};

const FORMS = [
  { form: 'F38', kind: 'all-reduce', algorithm: 'hierarchical' },
  { form: 'F39', kind: 'all-gather', algorithm: 'hierarchical' },
  { form: 'F40', kind: 'all-to-all', algorithm: 'two-step' },
] as const;

/**
 * From the last arrival to the end of the run: a sender knows of an arrival one way later, and where one level is much slower than the other
 * the senders of its last step may be the last of all although the steps of the other one follow.
 */
function informedPs(each: Machines, { kind, sizeBytes }: CollectiveSpec, links: number): number {
  const { servers, gpus, nvlink, link } = each;
  const overNetwork = links * link.delayPs;
  const { alphaPs, betaPsPerByte, inServer } = costOf(each, links);
  if (kind !== 'all-to-all') {
    const stepInside = inServer!.alphaPs + (sizeBytes / gpus) * inServer!.betaPsPerByte;
    return Math.max(nvlink.delayPs, overNetwork - (gpus - 1) * stepInside);
  }
  return Math.max(overNetwork, nvlink.delayPs - (servers - 1) * (alphaPs + (sizeBytes / servers) * betaPsPerByte));
}

/** Rates at which a packet and a byte take whole picoseconds, and any others. */
const rate = fc.constantFrom(50e9, 100e9, 200e9, 400e9, 800e9, 1.6e12, 3.6e12, 333e9, 7.2e12);
const delay = fc.integer({ min: 1, max: 3000 }).map((ns) => ns * 1000);
const machines: fc.Arbitrary<Machines> = fc.record({
  servers: fc.integer({ min: 2, max: 7 }),
  gpus: fc.integer({ min: 2, max: 6 }),
  nvlink: fc.record({ rateBps: rate, delayPs: delay }),
  link: fc.record({ rateBps: fc.constantFrom(50e9, 100e9, 200e9, 400e9, 800e9), delayPs: delay }),
});

describe.each(FORMS)('$form: $kind by $algorithm', ({ kind, algorithm }) => {
  const over = (each: Machines, links: number, packets: number): void => {
    const spec = specOf(each, kind, algorithm, packets);
    const form = collectiveTime(spec, costOf(each, links))!;
    expect(form.is).toBe('exact');
    // NVLink rounds each message to whole picoseconds.
    const stepsInside = 2 * (each.gpus - 1);
    expect(Math.abs(run(each, spec).completionPs! - informedPs(each, spec, links) - form.timePs)).toBeLessThanOrEqual(
      stepsInside / 2 + 0.01,
    );
  };

  test.prop([machines, fc.integer({ min: 1, max: 24 })], { numRuns: 12 })(
    'takes its form where each rail is one leaf, whatever the rates and delays of the two levels',
    (each, packets) => over(each, 2, packets),
  );

  test.prop([machines, fc.integer({ min: 1, max: 24 })], { numRuns: 12 })(
    'takes its form where every server is a segment of its own, over leaf, spine and leaf',
    (each, packets) => over({ ...each, serversPerSegment: 1 }, 4, packets),
  );

  test('takes its form to the picosecond by hand: 3 servers of 4, NVLink 3.6 Tb/s and 1 us, network 400 Gb/s and 500 ns', () => {
    const each = { servers: 3, gpus: 4, nvlink: { rateBps: 3.6e12, delayPs: 1e6 }, link: { rateBps: 400e9, delayPs: 500_000 } };
    const packets = 9;
    /** n/g bytes over NVLink: 27 packets' payload; n/(gN): 9 packets; n/N: 36 packets. */
    const near = (bytes: number): number => 1e6 + (bytes * 8) / 3.6;
    const far = (count: number): number => (count + 1) * 83_200 + 2 * 500_000;
    const byHand = {
      'all-reduce': 6 * near(27 * PACKET) + 4 * far(9) + 1e6,
      'all-gather': 2 * far(9) + 3 * near(27 * PACKET) + 1e6,
      'all-to-all': 3 * near(27 * PACKET) + 2 * far(36) + 1e6,
    };
    expect(run(each, specOf(each, kind, algorithm, packets)).completionPs).toBe(byHand[kind]);
  });

  test.prop([machines, fc.integer({ min: 1, max: 24 })], { numRuns: 8 })(
    'lies between the forms of its shortest and its longest way where only some servers share a segment',
    (drawn, packets) => {
      const each = { ...drawn, servers: 4, serversPerSegment: 2 };
      const spec = specOf(each, kind, algorithm, packets);
      // Two servers of a segment share an uplink of each rail at most.
      const shared = { ...costOf(each, 4), betaPsPerByte: 2 * costOf(each, 4).betaPsPerByte };
      const { completionPs } = run(each, spec);
      expect(completionPs! + 1).toBeGreaterThanOrEqual(collectiveTime(spec, costOf(each, 2))!.timePs);
      expect(completionPs! - informedPs(each, spec, 4) - each.gpus).toBeLessThanOrEqual(collectiveTime(spec, shared)!.timePs);
    },
  );

  test.prop([machines, fc.integer({ min: 1, max: 24 })], { numRuns: 8 })(
    'lies between the form of a NIC a GPU and that with all of a NIC for each GPU in turn where two GPUs share a NIC',
    (drawn, packets) => {
      const each = { ...drawn, gpus: 4, nics: 2 };
      const spec = specOf(each, kind, algorithm, packets);
      const alone = costOf(each, 2);
      const { completionPs } = run(each, spec);
      const timePs = completionPs! - informedPs(each, spec, 2);
      expect(timePs + each.gpus).toBeGreaterThanOrEqual(collectiveTime(spec, alone)!.timePs);
      expect(timePs - each.gpus).toBeLessThanOrEqual(collectiveTime(spec, { ...alone, betaPsPerByte: 2 * alone.betaPsPerByte })!.timePs);
    },
  );
});
