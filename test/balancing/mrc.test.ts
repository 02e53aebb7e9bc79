import { describe, expect, test } from 'vitest';
import type { MrcSpec } from '../../sim/base/balancer-spec.ts';
import { Mrc } from '../../sim/balancing/mrc.ts';
import type { PacketBalancer } from '../../sim/balancing/packet-balancer.ts';
import { prepare } from '../../sim/prepare.ts';
import { flowsOf, leafSpineSpec, scenarioOf } from '../sim/scenarios.ts';
import { fabric, messages, plan } from './fabric.ts';
import { at, drawsOf, HOSTS, newClock, SEED, take } from './host-draws.ts';

const SKIP_PS = 1000;
const PROBE_PS = 5000;

const MRC: MrcSpec = { kind: 'mrc', entropies: 256, backup: 64, skipPs: SKIP_PS, probeIntervalPs: PROBE_PS, deny: [] };

/** Two leaves of two hosts, five spines: flow 0 from host 0 to host 2, flow 1 inside a rack, flow 2 from host 1 to host 3. */
function mrc(changes: Partial<MrcSpec> = {}) {
  const topology = fabric({ leaves: 2, spines: 5, hostsPerLeaf: 2 });
  const schedule = messages(HOSTS, [
    { src: 0, dst: 2, bytes: 1 },
    { src: 0, dst: 1, bytes: 1 },
    { src: 1, dst: 3, bytes: 1 },
  ]);
  const clock = newClock();
  const spec = { ...MRC, ...changes };
  const balancer: PacketBalancer = new Mrc(topology, plan(topology, schedule, { kind: 'ecmp' }), SEED, clock, spec, 100);
  return { clock, balancer };
}

/** The first path of flow 0 where `paths` are allowed. */
const offset = (paths: number): number => drawsOf('mrc', 0).below(paths);
const path = (i: number): number => (offset(5) + i) % 5;

describe('mrc', () => {
  test('takes the paths in turn from one drawn for the flow; packets inside a rack carry 0', () => {
    const { balancer } = mrc();
    expect(take(balancer, 7)).toEqual([0, 1, 2, 3, 4, 5, 6].map(path));
    expect(take(balancer, 2, 1)).toEqual([0, 0]);
    const other = drawsOf('mrc', 1).below(5);
    expect(take(balancer, 2, 2, 1)).toEqual([other, (other + 1) % 5]);
  });

  test('a marked path is passed over once', () => {
    const { clock, balancer } = mrc();
    take(balancer, 5);
    at(clock, 10);
    balancer.onAck(0, path(1), true, 0);
    balancer.onAck(0, path(2), false, 0);
    expect(take(balancer, 9)).toEqual([0, 2, 3, 4, 0, 1, 2, 3, 4].map(path));
  });

  test('of several marked ones only the first is free again for each packet, and a mark lapses after `skipTime`', () => {
    const { clock, balancer } = mrc();
    take(balancer, 5);
    at(clock, 10);
    balancer.onNack(0, path(0), false, false);
    balancer.onNack(0, path(1), false, false);
    balancer.onNack(0, path(2), true, true);
    // Passes over 0, which is free now, and 1, which is not.
    expect(take(balancer, 4)).toEqual([2, 3, 4, 0].map(path));
    at(clock, 10 + SKIP_PS);
    expect(take(balancer, 2)).toEqual([1, 2].map(path));
  });

  /** Paths of the probes that an ACK of path 0 calls for. */
  const probed = (all: ReturnType<typeof mrc>, timePs: number): number[] => {
    at(all.clock, timePs);
    all.balancer.onAck(0, path(0), false, 0);
    const { wanted, numbers, entropies } = all.balancer.prober!;
    expect([...numbers]).toEqual([...entropies]);
    return [...numbers.subarray(0, wanted)];
  };

  test('a path that lost a packet is out until a probe of it is answered', () => {
    const all = mrc();
    const { clock, balancer } = all;
    take(balancer, 5);
    at(clock, 10);
    balancer.onLoss(0, path(1));
    balancer.onAck(0, path(1), true, 0); // it stays bad
    expect(take(balancer, 8)).toEqual([0, 2, 3, 4, 0, 2, 3, 4].map(path));
    expect(probed(all, 9 + PROBE_PS)).toEqual([]);
    expect(probed(all, 12 + PROBE_PS)).toEqual([path(1)]);
    expect(probed(all, 11 + 2 * PROBE_PS)).toEqual([]);
    expect(probed(all, 12 + 2 * PROBE_PS)).toEqual([path(1)]);
    expect(take(balancer, 4)).toEqual([0, 2, 3, 4].map(path));
    balancer.prober!.onProbeAnswer(0, path(1));
    expect(take(balancer, 3)).toEqual([0, 1, 2].map(path));
    expect(probed(all, 9 * PROBE_PS)).toEqual([]);
  });

  test('a reserve takes the place of a path that failed, and the failed one is a reserve after its probe', () => {
    const all = mrc({ entropies: 3, backup: 1 });
    const { clock, balancer } = all;
    expect(take(balancer, 4)).toEqual([0, 1, 2, 0].map(path));
    at(clock, 10);
    balancer.onTimeout(0, path(1));
    expect(take(balancer, 3)).toEqual([3, 2, 0].map(path));
    // The only reserve has failed: the slot itself is out.
    balancer.onLoss(0, path(2));
    expect(take(balancer, 4)).toEqual([3, 0, 3, 0].map(path));
    expect(probed(all, 10 + PROBE_PS)).toEqual([path(2), path(1)]);
    balancer.prober!.onProbeAnswer(0, path(1));
    balancer.onLoss(0, path(3));
    expect(take(balancer, 3)).toEqual([1, 0, 1].map(path));
  });

  test('where all are marked or failed, the first marked one goes, else the one whose turn it is', () => {
    const { clock, balancer } = mrc({ entropies: 3, backup: 0 });
    take(balancer, 3);
    at(clock, 10);
    balancer.onLoss(0, path(0));
    balancer.onAck(0, path(1), true, 0);
    balancer.onAck(0, path(2), true, 0);
    expect(take(balancer, 1)).toEqual([path(1)]);
    balancer.onLoss(0, path(1));
    balancer.onLoss(0, path(2));
    expect(take(balancer, 4)).toEqual([2, 0, 1, 2].map(path));
  });

  test('denied paths are never taken; a path that does not exist, or none that is left, is an error of the config', () => {
    const { balancer } = mrc({ deny: [0, 3] });
    const first = offset(3);
    expect(take(balancer, 4)).toEqual([0, 1, 2, 3].map((i) => [1, 2, 4][(first + i) % 3]));
    const prepared = (deny: readonly number[]) => () =>
      prepare(scenarioOf({ topology: leafSpineSpec(2, 2, 5), workload: flowsOf(4, [[0, 2, 1]]), balancer: { ...MRC, deny } }));
    expect(prepared([0, 3])).not.toThrow();
    const where = { path: 'balancer.deny' };
    expect(prepared([5])).toThrow(expect.objectContaining({ exitCode: 2, where, message: 'there is no path 5', hint: 'paths are 0 to 4' }));
    expect(prepared([0, 1, 2, 3, 4])).toThrow(
      expect.objectContaining({ exitCode: 2, where, message: 'every path from leaf0 to leaf1 is denied' }),
    );
  });
});
