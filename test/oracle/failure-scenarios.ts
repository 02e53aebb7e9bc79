import fc from 'fast-check';
import type { FailureCourse, FailureSpec, Fault } from '../../sim/base/failure-spec.ts';
import type { TopologySpec } from '../../sim/base/topology-spec.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { DEVICE_CASES } from './device-scenarios.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';

const timePs = fc.oneof(fc.constantFrom(0, 500_000, 1_000_000), fc.nat(20_000_000));
const convergePs = fc.oneof(fc.constantFrom(0, Infinity), fc.integer({ min: 0, max: 5_000_000 }));
const spanPs = fc.integer({ min: 100_000, max: 5_000_000 });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('down' as const), convergePs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flap' as const), downPs: spanPs, upPs: spanPs, convergePs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rate' as const), rateBps: fc.constantFrom(20e9, 12_345_678_901) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rate-factor' as const), factor: fc.constantFrom(0.25, 0.5, 0.1, 1 / 3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loss' as const), probability: fc.constantFrom(0.01, 0.3, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bit-error' as const), probability: fc.constantFrom(1e-6, 1e-4) }) },
);

const course: fc.Arbitrary<FailureCourse> = fc
  .record({
    atPs: timePs,
    lastsPs: fc.oneof({ weight: 3, arbitrary: spanPs }, { weight: 1, arbitrary: fc.constant(Infinity) }),
    direction: fc.constantFrom('both', 'both', 'up', 'down'),
    fault,
  })
  .map(({ atPs, lastsPs, direction, fault }) => ({ atPs, untilPs: atPs + lastsPs, direction, fault: slowEnough(fault, lastsPs) }));

/** A link that flaps for good is to do so a few hundred times at most. */
const slowEnough = (fault: Fault, lastsPs: number): Fault =>
  fault.kind === 'flap' && lastsPs === Infinity ? { kind: 'down', convergePs: fault.convergePs } : fault;

/** Names of cables and switches of a fabric. */
function namesIn(spec: TopologySpec): string[] {
  const { links, linkFrom, linkTo, hosts, nodeNames } = buildTopology(spec, [], 1, 0);
  const names = new Set<string>();
  for (let link = 0; link < links; link++) {
    if (linkFrom[link]! < linkTo[link]!) names.add(`${nodeNames[linkFrom[link]!]}-${nodeNames[linkTo[link]!]}`);
  }
  return [...names, ...nodeNames.slice(hosts)];
}

/** Scenarios, some failures with times added. */
const withFailures = (cases: fc.Arbitrary<ScenarioCase>): fc.Arbitrary<ScenarioCase> =>
  fc
    .tuple(cases, fc.array(fc.record({ choice: fc.nat(), place: fc.option(fc.nat(2)), course }), { minLength: 1, maxLength: 3 }))
    .map(([scenarioCase, entries]) => {
      const { scenario } = scenarioCase;
      const names = namesIn(scenario.topology);
      const bundle = scenario.topology.kind === 'leaf-spine' ? scenario.topology.fabricLink.linksPerPair : 1;
      const failures = entries.map(({ choice, place, course }): FailureSpec => {
        const name = names[choice % names.length]!;
        const isBundle = bundle > 1 && name.includes('-spine');
        return { link: isBundle && place !== null ? `${name}-${place % bundle}` : name, course };
      });
      return {
        ...scenarioCase,
        scenario: {
          ...scenario,
          failures: [...scenario.failures, ...failures],
          // What is lost is sent again.
          transport: {
            ...scenario.transport,
            recovery: scenario.transport.recovery === 'none' ? 'sr' : scenario.transport.recovery,
            rtoPs: scenario.transport.rtoPs ?? 30_000_000,
          },
          nic: { ...scenario.nic, acks: scenario.nic.acks === 'none' ? 'per-packet' : scenario.nic.acks },
        },
      };
    });

/** Random scenarios with links that go down, come back, slow down or lose packets. */
export const FAILURE_CASES = {
  'failures of links': withFailures(scenarioCases),
  'failures beside every switch and NIC': withFailures(DEVICE_CASES['every switch with every NIC']),
} as const;
