import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { FailureSpec } from '../../sim/base/failure-spec.ts';
import { isDownFault } from '../../sim/base/failure-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { DeadPaths } from '../../sim/balancing/dead-paths.ts';
import { MAX_ROUTINGS, RouteEpochs } from '../../sim/balancing/route-epochs.ts';
import type { TopologySpec } from '../../sim/base/topology-spec.ts';
import { buildTopology, hostCount } from '../../topologies/build-topology.ts';
import { LAST_PS, outages, takesDownAt } from '../fabric/failure-cases.ts';
import { fatTreeSpec, leafSpineSpec } from '../sim/scenarios.ts';

const FABRICS: readonly { readonly spec: TopologySpec; readonly names: readonly string[] }[] = [
  { spec: leafSpineSpec(3, 1, 2), names: ['leaf0-spine0', 'leaf1-spine0', 'leaf2-spine1', 'spine1', 'leaf1', 'host0-leaf0'] },
  { spec: fatTreeSpec(4), names: ['tor0-agg0', 'tor1-agg1', 'agg0-core1', 'agg3-core2', 'core0', 'agg2', 'tor5'] },
];

const built = (spec: TopologySpec, dead: readonly string[]): Topology =>
  buildTopology(
    spec,
    dead.map((link) => ({ link })),
    hostCount(spec),
    1,
  );

const epochsOf = (spec: TopologySpec, failures: readonly FailureSpec[]): RouteEpochs | null =>
  RouteEpochs.of(built(spec, []), failures, (names) => built(spec, names));

/** Next hops of every (switch, ToR) as text. */
const nextHops = ({ nextHopSet, setOffset, setPort }: Topology): string[] =>
  Array.from(nextHopSet, (set) => (set < 0 ? '-' : setPort.subarray(setOffset[set]!, setOffset[set + 1]!).join()));

const cases = fc.constantFrom(...FABRICS).chain(({ spec, names }) => fc.tuple(fc.constant(spec), outages(names)));

describe('the routing at an instant', () => {
  test.prop([cases], { numRuns: 80 })('is that of the fabric without the links that went down G ago', ([spec, failures]) => {
    const epochs = epochsOf(spec, failures);
    for (let t = 0; t < 2 * LAST_PS; t++) {
      const withdrawn = failures.filter(({ course }) => {
        const { fault } = course!;
        return isDownFault(fault) && fault.convergePs < Infinity && takesDownAt(course!, t - fault.convergePs);
      });
      const expected = built(
        spec,
        withdrawn.map(({ link }) => link),
      );
      const actual = epochs === null ? built(spec, []) : epochs.routings[epochs.routingOf[epochs.at(Float64Array.of(t), 0)]!]!;
      expect(nextHops(actual)).toEqual(nextHops(expected));
      expect([...actual.linkUp]).toEqual([...expected.linkUp]);
    }
  });

  test.prop([cases], { numRuns: 80 })('changes from epoch to epoch, and is built once for each set of cables', ([spec, failures]) => {
    const epochs = epochsOf(spec, failures);
    if (epochs === null) return;
    const { times, routingOf, routings } = epochs;
    expect(times[0]).toBe(0);
    for (let i = 1; i < times.length; i++) {
      expect(times[i]).toBeGreaterThan(times[i - 1]!);
      expect(routingOf[i]).not.toBe(routingOf[i - 1]);
    }
    expect(new Set(routings.map(({ linkUp }) => linkUp.join(''))).size).toBe(routings.length);
  });
});

const outage = (link: string, atPs: number, untilPs: number, convergePs: number): FailureSpec => ({
  link,
  course: { atPs, untilPs, direction: 'both', fault: { kind: 'down', convergePs } },
});

describe('an outage', () => {
  const { spec } = FABRICS[0]!;

  test('is in the routing from G after its beginning until G after its end', () => {
    const epochs = epochsOf(spec, [outage('leaf0-spine0', 100, 200, 30)])!;
    expect([...epochs.times]).toEqual([0, 130, 230]);
    expect([...epochs.routingOf]).toEqual([0, 1, 0]);
  });

  test('that is known from the start makes no second epoch', () => {
    const epochs = epochsOf(spec, [outage('leaf0-spine0', 0, 200, 0)])!;
    expect([...epochs.times]).toEqual([0, 200]);
    expect([...epochs.routingOf]).toEqual([1, 0]);
  });

  test('that the routing never sees changes nothing', () => {
    expect(epochsOf(spec, [outage('leaf0-spine0', 0, 200, Infinity)])).toBeNull();
  });

  test('that is remote is withdrawn only towards the leaf behind it', () => {
    const epochs = epochsOf(spec, [outage('leaf2-spine0', 0, Infinity, 0)])!;
    // Leaf 0, ports 1 and 2 to the spines: towards leaf 1 both, towards leaf 2 only the second.
    expect(nextHops(epochs.routings[1]!).slice(0, 3)).toEqual(['-', '1,2', '2']);
  });

  test('of one direction withdraws both', () => {
    const oneWay = outage('leaf0-spine0', 0, Infinity, 0);
    const epochs = epochsOf(spec, [{ ...oneWay, course: { ...oneWay.course!, direction: 'up' } }])!;
    expect(nextHops(epochs.routings[1]!)).toEqual(nextHops(built(spec, ['leaf0-spine0'])));
  });

  test('kills the paths over it, and no others', () => {
    const { spec: tree } = FABRICS[1]!;
    const topology = built(tree, []);
    const dead = new DeadPaths(topology, epochsOf(tree, [outage('tor0-agg0', 10, 20, 5), outage('agg3-core2', 12, 22, 5)])!);
    const at = (t: number): number[] => [...dead.at(Float64Array.of(t), 0, 0, 2)].sort();
    // Between pods: cores 0 and 1 hang on the first aggregation switch, 2 and 3 on the second.
    expect([14, 15, 17, 25, 27].map(at)).toEqual([[], [0, 1], [0, 1, 2], [2], []]);
  });
});

test('failures that overlap in too many ways are refused', () => {
  const many = Array.from({ length: 10 }, (_, i): FailureSpec => ({
    link: `leaf0-spine${i}`,
    course: {
      atPs: 0,
      untilPs: 2 ** 10,
      direction: 'both',
      fault: { kind: 'flap', downPs: 2 ** i, upPs: 2 ** i, convergePs: 0 },
    },
  }));
  const spec = leafSpineSpec(2, 1, 11);
  expect(() => epochsOf(spec, many)).toThrow(`overlap in more than ${MAX_ROUTINGS} ways`);
  expect(epochsOf(spec, many.slice(0, 8))!.routings).toHaveLength(2 ** 8);
});
