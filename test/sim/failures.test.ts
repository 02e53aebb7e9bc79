import { describe, expect, test } from 'vitest';
import type { FailureCourse, FailureSpec, Fault } from '../../sim/base/failure-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate } from '../../sim/simulate.ts';
import { factsOf } from './engine-facts.ts';
import { everyBalancer, flowsOf, leafSpineSpec, lineRate, plainEthereal, scenarioOf } from './scenarios.ts';

const failing = (link: string, fault: Fault, times: Partial<FailureCourse> = {}): FailureSpec => ({
  link,
  course: { atPs: 0, untilPs: Infinity, direction: 'both', fault, ...times },
});
const down = (convergePs: number): Fault => ({ kind: 'down', convergePs });
const NEVER = Infinity;

const RTO_PS = 50e6;
const fixed = { ...lineRate, transport: { ...lineRate.transport, rtoPs: RTO_PS } };

/** Four hosts a leaf on two leaves and four spines; every host of leaf 0 sends 32 packets to leaf 1. */
const traffic = (changes: Partial<Scenario>): Scenario =>
  scenarioOf({
    ...fixed,
    topology: leafSpineSpec(2, 4, 4),
    workload: flowsOf(
      8,
      [0, 1, 2, 3].map((host) => [host, host + 4, 32 * 4096] as const),
    ),
    stopAtPs: 1e9,
    ...changes,
  });

const loadsOf = (scenario: Scenario): Readonly<Record<string, number>> => {
  const { topology } = prepare(scenario);
  const { linkLoadBytes } = simulate(scenario).tables;
  const nameOf = (link: number): string =>
    `${topology.nodeNames[topology.linkFrom[link]!]!}-${topology.nodeNames[topology.linkTo[link]!]!}`;
  return Object.fromEntries(
    [...linkLoadBytes].flatMap((bytes, link) => (topology.linkIsFabric[link] === 1 ? [[nameOf(link), bytes]] : [])),
  );
};

describe('a link that goes down', () => {
  const onePacket = (failures: readonly FailureSpec[]): Scenario =>
    scenarioOf({ ...fixed, topology: leafSpineSpec(2, 1, 1), workload: flowsOf(2, [[0, 1, 4096]]), failures });
  const healthyPs = simulate(onePacket([])).completionPs!;

  test('delays a lost packet by exactly the retransmission timeout', () => {
    const result = simulate(onePacket([failing('leaf0-spine0', down(NEVER), { untilPs: RTO_PS })]));
    expect(result).toMatchObject({ completionPs: RTO_PS + healthyPs, drops: 1, retransmits: 1, packets: 1 });
  });

  test('loses the answer as well as the packet', () => {
    const result = simulate(onePacket([failing('host1-leaf1', down(NEVER), { untilPs: RTO_PS, direction: 'up' })]));
    expect(result).toMatchObject({ completionPs: RTO_PS + healthyPs, drops: 1, retransmits: 1 });
  });

  test('loses nothing that has arrived by then, or starts later', () => {
    // Host link: 83,200 ps for the packet and 500,000 ps on the way.
    const arrival = 583_200;
    const once = { untilPs: RTO_PS, direction: 'up' } as const;
    expect(simulate(onePacket([failing('host0-leaf0', down(NEVER), { ...once, atPs: arrival })])).drops).toBe(0);
    expect(simulate(onePacket([failing('host0-leaf0', down(NEVER), { ...once, atPs: arrival - 1 })])).drops).toBe(1);
    const until = (untilPs: number) => simulate(onePacket([failing('leaf0-spine0', down(NEVER), { untilPs, direction: 'up' })])).drops;
    expect([until(arrival), until(arrival + 1)]).toEqual([0, 1]);
  });

  test('is a black hole until the routing has followed', () => {
    const run = (convergePs: number) =>
      simulate(traffic({ balancer: { kind: 'spray' }, failures: [failing('leaf0-spine0', down(convergePs), { atPs: 1e6 })] }));
    const [known, slow, never] = [run(0), run(20e6), run(NEVER)] as const;
    expect([known.finished, slow.finished, never.finished]).toEqual([true, true, true]);
    expect(known.drops!).toBeLessThan(slow.drops!);
    expect(slow.completionPs!).toBeLessThanOrEqual(never.completionPs!);
  });

  test.each(everyBalancer.filter(({ kind }) => kind !== 'ethereal').map((balancer) => [balancer.kind, balancer] as const))(
    'and is withdrawn at once, carries nothing from then on: %s',
    (_kind, balancer) => {
      const loads = loadsOf(
        traffic({
          balancer,
          failures: [failing('leaf0-spine1', down(0), { untilPs: 1e12 }), failing('spine3', down(0), { untilPs: 1e12 })],
        }),
      );
      for (const [link, bytes] of Object.entries(loads)) {
        if (link.includes('spine3') || link === 'leaf0-spine1' || link === 'spine1-leaf0') expect([link, bytes]).toEqual([link, 0]);
      }
      expect(loads['leaf0-spine0']! + loads['leaf0-spine2']!).toBe(4 * 32 * 4096);
    },
  );

  test('and comes back, is used again', () => {
    const failures = [failing('leaf0-spine1', down(0), { untilPs: 1000 })];
    for (const balancer of [{ kind: 'drb' }, { kind: 'spray-switch-rr', variant: 'plain' }] as const) {
      expect(loadsOf(traffic({ balancer, failures }))).toEqual(loadsOf(traffic({ balancer })));
    }
  });
});

describe('resilient hashing', () => {
  test('moves only what hashed to the dead hop', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const many = { balancer: { kind: 'ecmp-split', k: 16 }, seed } as const;
      const failures = [failing('leaf0-spine1', down(0), { untilPs: 1e12 })];
      const healthy = loadsOf(traffic(many));
      const resilient = loadsOf(traffic({ ...many, failures, switch: { ...DROPTAIL, ...fixed.switch, failHash: 'resilient' } }));
      expect(resilient['leaf0-spine1']).toBe(0);
      for (const spine of [0, 2, 3]) expect(resilient[`leaf0-spine${spine}`]).toBeGreaterThanOrEqual(healthy[`leaf0-spine${spine}`]!);
    }
  });
});

describe('a degraded link', () => {
  test('that is slow from start to end is a slow link', () => {
    const topology = leafSpineSpec(2, 4, 4);
    const slowSpine = { ...topology, fabricLink: { ...topology.fabricLink, perSpineRateBps: [100e9, 400e9, 400e9, 400e9] } };
    const balancer = { kind: 'drb' } as const;
    const slow = factsOf(traffic({ topology: slowSpine, balancer }));
    const byFactor = factsOf(traffic({ balancer, failures: [failing('spine0', { kind: 'rate-factor', factor: 0.25 })] }));
    const byRate = factsOf(traffic({ balancer, failures: [failing('spine0', { kind: 'rate', rateBps: 100e9 })] }));
    expect(byFactor.packetHashes).toEqual(slow.packetHashes);
    expect(byRate.packetHashes).toEqual(slow.packetHashes);
  });

  test('never beats a healthy one', () => {
    const healthy = simulate(traffic({ balancer: { kind: 'drb' } })).completionPs!;
    const result = simulate(
      traffic({ balancer: { kind: 'drb' }, failures: [failing('host4-leaf1', { kind: 'rate-factor', factor: 0.5 }, { atPs: 5e6 })] }),
    );
    expect(result.completionPs!).toBeGreaterThanOrEqual(healthy);
    expect(result.completionPs!).toBeGreaterThanOrEqual(result.boundPs);
  });
});

describe('random loss', () => {
  test('costs retransmissions, and everything arrives', () => {
    const result = simulate(traffic({ balancer: { kind: 'ecmp' }, failures: [failing('leaf0', { kind: 'loss', probability: 0.02 })] }));
    expect(result.finished).toBe(true);
    expect(result.drops!).toBeGreaterThan(0);
    expect(result.retransmits!).toBeGreaterThan(0);
  });

  test('is the same in any window', () => {
    const scenario = traffic({
      balancer: { kind: 'spray' },
      failures: [
        failing('leaf0', { kind: 'loss', probability: 0.02 }),
        failing('spine2', { kind: 'flap', downPs: 3e6, upPs: 5e6, convergePs: 1e6 }, { untilPs: 40e6 }),
      ],
    });
    expect(factsOf(scenario, 1, { windowPs: 77_777 })).toEqual(factsOf(scenario));
  });
});

describe('Ethereal', () => {
  const cut = [failing('leaf0-spine0', down(NEVER), { atPs: 1e6 })];
  const quick = { ...plainEthereal, failedAfterPs: 0 } as const;

  test('leaves a dead path after one timeout, and every later flow avoids it', () => {
    const later = [0, 1, 2, 3].map((host) => ({ src: host, dst: host + 4, sizeBytes: 32 * 4096, startPs: 3 * RTO_PS }));
    const workload = { kind: 'flows', flows: [...later.map((flow) => ({ ...flow, startPs: 0 })), ...later], ranks: 8 } as const;
    const result = simulate(traffic({ balancer: quick, workload, failures: cut }));
    expect(result.finished).toBe(true);
    // The later flows meet no timeout: they take as long as the others would without a failure, within what sharing a path costs.
    expect(result.completionPs! - 3 * RTO_PS).toBeLessThan(RTO_PS);
  });

  test('without another path waits until the link comes back', () => {
    const result = simulate(
      traffic({
        topology: leafSpineSpec(2, 4, 1),
        balancer: quick,
        failures: [failing('leaf0-spine0', down(0), { atPs: 1e6, untilPs: 400e6 })],
      }),
    );
    expect(result.finished).toBe(true);
    expect(result.completionPs!).toBeGreaterThan(400e6);
  });
});

describe('a run that does not finish says which flows, and why', () => {
  const reason = (changes: Partial<Scenario>): string => {
    const result = simulate(traffic({ balancer: { kind: 'ecmp' }, ...changes }));
    expect([result.finished, result.completionPs]).toEqual([false, null]);
    return result.unfinishedReason!;
  };

  test('the link of a host is down', () => {
    expect(reason({ stopAtPs: 500e6, failures: [failing('host2-leaf0', down(0), { atPs: 1e6 })] })).toBe(
      '2 of 8 operations had not ended at stop.at (500 us). Open flow: host2 -> host6, 128KiB: the link host2-leaf0 is down',
    );
  });

  test('no path is left', () => {
    const failures = [0, 1, 2, 3].map((spine) => failing(`leaf${spine % 2}-spine${spine}`, down(0), { atPs: 1e6 }));
    expect(reason({ stopAtPs: 500e6, failures })).toBe(
      '8 of 8 operations had not ended at stop.at (500 us). Open flows: host0 -> host4, 128KiB: no path from leaf0 to leaf1; ' +
        'host1 -> host5, 128KiB: no path from leaf0 to leaf1; host2 -> host6, 128KiB: no path from leaf0 to leaf1; and 1 more',
    );
  });

  test('the path of a pinned flow is dead', () => {
    const balancer = { ...plainEthereal, failedPathTimeoutPs: 1, repath: 'random' } as const;
    const failures = [0, 1, 2].map((spine) => failing(`spine${spine}`, down(NEVER), { atPs: 1e6 }));
    const text = reason({ balancer, failures, stopAtPs: RTO_PS - 1 });
    expect(text).toMatch(/host\d -> host\d, .*: its path is dead \(leaf0-spine\d\)/);
  });

  test('the routing has not followed', () => {
    expect(reason({ seed: 3, failures: [failing('leaf0-spine0', down(NEVER)), failing('leaf0-spine1', down(NEVER))] })).toMatch(
      /: leaf0-spine0 is down, and the switches still use it/,
    );
  });

  test('a link is down one way', () => {
    const oneWay = (name: string, direction: 'up' | 'down') => failing(name, down(0), { atPs: 1e6, direction });
    const all = { stopAtPs: 500e6, topology: leafSpineSpec(2, 4, 1) };
    expect(reason({ ...all, failures: [oneWay('host2-leaf0', 'up')] })).toContain('the link host2-leaf0 is down towards leaf0');
    expect(reason({ ...all, failures: [oneWay('host6-leaf1', 'up')] })).toContain('the link host6-leaf1 is down towards leaf1');
    expect(reason({ ...all, failures: [oneWay('leaf0-spine0', 'up')] })).toContain(
      'Open flows: host0 -> host4, 128KiB: no path from leaf0 to leaf1 that works both ways (leaf0-spine0 is down towards spine0); ',
    );
    expect(reason({ ...all, failures: [oneWay('leaf0-spine0', 'down')] })).toContain('(leaf0-spine0 is down towards leaf0); ');
    const blackHole = failing('leaf0-spine0', down(NEVER), { direction: 'up' });
    expect(reason({ seed: 3, failures: [blackHole, { ...blackHole, link: 'leaf0-spine1' }] })).toMatch(
      /: leaf0-spine0 is down towards spine0, and the switches still use it/,
    );
  });

  test('links lose what they carry', () => {
    const losing = (link: string): Partial<Scenario> => ({
      stopAtPs: 2 * RTO_PS,
      failures: [failing(link, { kind: 'loss', probability: 0.99 })],
      balancer: plainEthereal,
    });
    expect(reason(losing('host2-leaf0'))).toContain('Open flows: host2 -> host6, 32KiB: the link host2-leaf0 loses packets; ');
    expect(reason(losing('leaf0-spine0'))).toMatch(/Open flows: host0 -> host4, 32KiB: leaf0-spine0 loses packets; host1/);
    expect(reason({ ...losing('leaf0-spine0'), balancer: { kind: 'spray' } })).toMatch(
      /host0 -> host4, 128KiB: leaf0-spine0 loses packets; host1/,
    );
  });

  test('nothing recovers what is lost', () => {
    const transport = { ...fixed.transport, recovery: 'none' } as const;
    expect(reason({ transport, failures: [failing('leaf0', { kind: 'loss', probability: 0.5 })] })).toMatch(
      /nothing was left to happen.*Open flows: host0 -> host4, 128KiB: nothing recovers packets that are lost/,
    );
  });

  test('and does not wait for what can never arrive', () => {
    const many = { stopAtPs: 100e12, failures: [failing('host2-leaf0', down(NEVER), { atPs: 1e6 })] };
    expect(reason(many)).toBe(
      '2 of 8 operations had not ended at 1000 us, and what they wait for can never arrive. ' +
        'Open flow: host2 -> host6, 128KiB: the link host2-leaf0 is down',
    );
    const cores = [0, 1, 2, 3].map((spine) => failing(`spine${spine}`, down(1e6), { atPs: 1e6 * (spine + 1) }));
    expect(reason({ ...many, failures: cores })).toContain('8 of 8 operations had not ended at 1000 us, and what they wait for');
  });

  test('though it waits for a computation, for other flows, and for a link that comes back', () => {
    const late = { src: 1, dst: 5, sizeBytes: 4096, startPs: 5e9 };
    const workload = { kind: 'flows', flows: [late, { ...late, src: 2, dst: 6, startPs: 0 }], ranks: 8 } as const;
    const gone = failing('host2-leaf0', down(NEVER));
    expect(reason({ stopAtPs: 100e12, workload, failures: [{ ...gone, course: { ...gone.course!, atPs: 1 } }] })).toMatch(
      /^2 of 5 operations had not ended at 6000 us/,
    );
    const back = simulate(traffic({ stopAtPs: 100e12, failures: [failing('host2-leaf0', down(NEVER), { atPs: 1e6, untilPs: 7e9 })] }));
    expect(back.finished).toBe(true);
    expect(back.completionPs!).toBeGreaterThan(7e9);
  });

  test('but a pair that never has a path is an error of the config', () => {
    const failures = [0, 1, 2, 3].map((spine) => failing(`leaf0-spine${spine}`, down(NEVER)));
    expect(() => simulate(traffic({ failures }))).toThrow('rank 0 on host0 cannot reach rank 4 on host4: no live path from leaf0 to leaf1');
  });
});
