import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { DROPTAIL, PLAIN_NIC, type SharedBufferSpec } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { Network } from '../../sim/fabric/network.ts';
import { safeHeadroomBytes } from '../../sim/headroom.ts';
import { runNetwork } from '../../sim/packet-run.ts';
import { packetResult } from '../../sim/packet-result.ts';
import { partialRun } from '../../sim/partial-run.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate } from '../../sim/simulate.ts';
import { cyclicInput } from '../oracle/crafted.ts';
import { scenarioRuns } from '../property-runs.ts';
import { everyBalancer, leafSpineSpec, lineRate, scenarioOf } from './scenarios.ts';

/** P23 in its three-packet form, for the larger of the two kinds of links. */
const safeHeadroom = (rateBps: number, delayPs: number, mtuBytes: number): number => safeHeadroomBytes(rateBps, delayPs, mtuBytes + 64);

/** Senders at line rate that hear nothing of congestion: only PAUSE holds them back. */
const lossless: fc.Arbitrary<Scenario> = fc
  .record({
    leaves: fc.integer({ min: 1, max: 3 }),
    hostsPerLeaf: fc.integer({ min: 2, max: 4 }),
    spines: fc.integer({ min: 1, max: 3 }),
    rateBps: fc.constantFrom(100e9, 400e9, 333e9),
    delayPs: fc.constantFrom(100_000, 500_000, 1_500_000),
    mtuBytes: fc.constantFrom(1000, 4096, 9000),
    isIncast: fc.boolean(),
    balancer: fc.constantFrom(...everyBalancer),
    shift: fc.integer({ min: 0, max: 4 }),
    poolBytes: fc.integer({ min: 20_000, max: 300_000 }),
    resumeOffsetBytes: fc.constantFrom(0, 3072),
    packets: fc.integer({ min: 5, max: 40 }),
    seed: fc.nat(),
  })
  .map((c) => {
    const link = { rateBps: c.rateBps, delayPs: c.delayPs };
    const ranks = c.leaves * c.hostsPerLeaf;
    const sizeBytes = c.packets * c.mtuBytes;
    const workload: WorkloadSpec = c.isIncast
      ? { kind: 'incast', senders: ranks - 1, receiver: 0, sizeBytes, ranks }
      : { kind: 'all-to-all', algorithm: 'direct', sizeBytes: sizeBytes * ranks, ranks };
    const headroomBytes = safeHeadroom(c.rateBps, c.delayPs, c.mtuBytes);
    const ports = Math.max(c.hostsPerLeaf + c.spines, c.leaves);
    const device: SharedBufferSpec = {
      ...DROPTAIL,
      kind: 'shared',
      ecn: 'off',
      bufferBytes: ports * (headroomBytes + 4096) + c.poolBytes,
      shift: c.shift,
      egressShift: null,
      reserveBytes: 4096,
      headroomBytes,
      resumeOffsetBytes: c.resumeOffsetBytes,
      pfc: true,
    };
    return scenarioOf({
      topology: leafSpineSpec(c.leaves, c.hostsPerLeaf, c.spines, {
        hostLink: link,
        fabricLink: { ...link, perSpineRateBps: null, linksPerPair: 1 },
      }),
      workload,
      balancer: c.balancer,
      transport: { ...lineRate.transport, rtoPs: 1e11 },
      nic: { ...PLAIN_NIC, mtuBytes: c.mtuBytes },
      switch: device,
      seed: c.seed,
    });
  });

const withHeadroom = (scenario: Scenario, headroomBytes: number): Scenario => ({
  ...scenario,
  switch: { ...(scenario.switch as SharedBufferSpec), headroomBytes },
});

describe('lossless switches', () => {
  test.prop([lossless], { numRuns: scenarioRuns(1000) })('drop nothing with the headroom of P23 in its three-packet form', (scenario) => {
    const result = simulate(scenario);
    expect([result.drops, result.retransmits, result.finished]).toEqual([0, 0, true]);
  });

  // 15 hosts of 4 leaves send to one: its ports pause.
  const incast = scenarioOf({
    topology: leafSpineSpec(4, 4, 2),
    workload: { kind: 'incast', senders: 15, receiver: 0, sizeBytes: 256 * 4096, ranks: 16 },
    transport: { ...lineRate.transport, rtoPs: 1e9 },
    switch: {
      ...DROPTAIL,
      kind: 'shared',
      ecn: 'off',
      bufferBytes: 8 * (80_000 + 4096) + 200_000,
      shift: 0,
      egressShift: null,
      reserveBytes: 4096,
      headroomBytes: null,
      resumeOffsetBytes: 3072,
      pfc: true,
    },
  });

  test('drop when headroom is cut, and not with enough of it', () => {
    const enough = simulate(withHeadroom(incast, safeHeadroom(400e9, 500_000, 4096)));
    expect(enough.pfcPauses).toBeGreaterThan(0);
    expect(enough.drops).toBe(0);
    expect(simulate(withHeadroom(incast, 8 * 4160)).drops).toBeGreaterThan(0);
    expect(simulate(withHeadroom(incast, 0)).drops).toBeGreaterThan(0);
  });

  test('packets behind a pause are no deadlock while the port that they wait for still serves others, into a link that is down', () => {
    // 33 ms a packet on the link from spine0 to leaf1, all of them lost: leaf0 is paused meanwhile, and nothing is under way.
    const course = { atPs: 0, untilPs: Infinity, direction: 'down' } as const;
    const { finished, unfinishedReason, pfcPauses } = simulate(
      scenarioOf({
        topology: leafSpineSpec(2, 4, 1),
        workload: { kind: 'flows', flows: [0, 1, 2].map((src) => ({ src, dst: 4, sizeBytes: 256 * 4096, startPs: 0 })), ranks: 8 },
        transport: { ...lineRate.transport, recovery: 'sr', rtoPs: 1e12 },
        switch: { ...DROPTAIL, kind: 'lossless-input', ecn: 'off', queueBytes: null, pauseBytes: 60_000, resumeBytes: 40_000 },
        failures: [
          { link: 'leaf1-spine0', course: { ...course, fault: { kind: 'rate', rateBps: 1e6 } } },
          { link: 'leaf1-spine0', course: { ...course, atPs: 1e6, untilPs: 9e11, fault: { kind: 'down', convergePs: Infinity } } },
        ],
        stopAtPs: 3e9,
      }),
    );
    expect(finished).toBe(false);
    expect(pfcPauses).toBeGreaterThan(0);
    expect(unfinishedReason).toContain('stop.at');
  });

  test('a cyclic dependency of buffers ends the run as a deadlock that names the cycle, also while timers go on', () => {
    for (const recovery of ['none', 'sr'] as const) {
      const transport = { kind: 'fixed', rateBps: null, windowBytes: null, recovery, rtoPs: 50_000_000, nackIntervalPs: 0 } as const;
      const { scenario, topology, schedule, plan } = cyclicInput({ transport });
      const built = prepare(scenario, schedule);
      const prepared = { ...built, topology, plan: { ...built.plan, ...plan } };
      const network = new Network(prepared, {});
      const result = packetResult(prepared, partialRun(network, topology, runNetwork(network, scenario, {})));
      network.release();
      expect([result.finished, result.drops]).toEqual([false, 0]);
      expect(result.unfinishedReason).toMatch(/deadlock: \d+ packets wait behind pauses/);
      for (const port of ['leaf0 -> spine0', 'spine0 -> leaf1', 'leaf1 -> spine1', 'spine1 -> leaf0']) {
        expect(result.unfinishedReason).toContain(port);
      }
    }
  });
});
