import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { fabric, oracleInput, scenarioWith } from './fixtures.ts';
import type { OracleInput } from './types.ts';

/** Next hops of every switch (row) towards every ToR (column) as one port each; -1: the ToR itself. */
function withNextHops(topology: Topology, ports: readonly (readonly number[])[]): Topology {
  const flat = ports.flat();
  const sets = flat.filter((port) => port >= 0);
  let set = 0;
  return {
    ...topology,
    nextHopSet: Int32Array.from(flat, (port) => (port < 0 ? -1 : set++)),
    setOffset: Int32Array.from({ length: sets.length + 1 }, (_, i) => i),
    setPort: Int32Array.from(sets),
  };
}

/**
 * Four leaves and two spines with routes that no fabric should have: what goes to leaf 0 passes spine 0, leaf 1 and spine 1, what goes to leaf 1
 * passes spine 1, leaf 0 and spine 0. With lossless switches each of these four links waits for the next one.
 *
 * @param changes to a scenario of lossless switches without answers
 */
export function cyclicInput(changes: Partial<Scenario> = {}): OracleInput {
  const hostsPerLeaf = 2;
  const scenario = scenarioWith({
    topology: fabric(4, hostsPerLeaf, 2),
    transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 },
    switch: {
      ...scenarioWith({ topology: fabric(1, 2, 1) }).switch,
      kind: 'lossless-input',
      pauseBytes: 2 * 4160,
      resumeBytes: 4160,
    },
    ...changes,
  });
  const builder = new ScheduleBuilder(4 * hostsPerLeaf);
  const phase = builder.phase('all');
  for (const [from, to] of [
    [2, 0],
    [1, 0],
    [3, 1],
    [0, 1],
  ] as const) {
    for (let i = 0; i < hostsPerLeaf; i++) builder.message(from * hostsPerLeaf + i, to * hostsPerLeaf + i, 60 * 4096, phase);
  }
  const input = oracleInput(scenario, builder.build());
  const up = (spine: number): number => hostsPerLeaf + spine;
  const topology = withNextHops(input.topology, [
    // Leaves 0 to 3, then spines 0 and 1; a spine's port is the leaf.
    [-1, up(0), up(0), up(1)],
    [up(1), -1, up(0), up(1)],
    [up(0), up(1), -1, up(1)],
    [up(0), up(1), up(0), -1],
    [1, 1, 2, 3],
    [0, 0, 2, 3],
  ]);
  return { ...input, topology };
}
