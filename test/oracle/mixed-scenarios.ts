import fc from 'fast-check';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import { AT_ONCE, type JobSpec } from '../../sim/base/job-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Recovery, TransportSpec } from '../../sim/base/transport-spec.ts';
import { isSprayed } from '../../sim/balancing/plan.ts';
import { planJobs } from '../../sim/balancing/job-plans.ts';
import { buildTopology, hostCount } from '../../topologies/build-topology.ts';
import { buildTraffic } from '../../workloads/traffic.ts';
import { BALANCER_CASES, needsSamples } from './balancer-scenarios.ts';
import { grantsIn } from './credit.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { TRANSPORT_CASES } from './transport-scenarios.ts';
import type { OracleInput } from './types.ts';
import { workloads } from './workloads.ts';

const anyCase = fc
  .oneof(
    { weight: 2, arbitrary: fc.oneof(...Object.values(BALANCER_CASES)) },
    { weight: 1, arbitrary: fc.oneof(...Object.values<fc.Arbitrary<ScenarioCase>>(TRANSPORT_CASES)) },
  )
  .map(({ scenario }) => scenario);

/** How the packets of a job travel, fitted to the NICs and switches that it shares with others (docs/model-transport.md, 5). */
function fitted(
  { balancer, transport }: Pick<Scenario, 'balancer' | 'transport'>,
  { nic, switch: device }: Scenario,
): Pick<JobSpec, 'balancer' | 'transport'> {
  const isExact = nic.acks === 'uec-sack' || grantsIn(transport) !== null;
  const recovery = fittedRecovery(transport.recovery, device, nic.acks !== 'per-packet', isExact);
  const isUnfit = (transport.kind === 'hpcc' && isSprayed(balancer.kind)) || (balancer.kind === 'mp-rdma' && recovery !== 'sr');
  const onePath: BalancerSpec = isUnfit ? { kind: 'ecmp' } : balancer;
  const timed = needsSamples(onePath) && recovery === 'gbn' ? 'sr' : recovery;
  // A timeout that comes many times a round trip fills the run with copies.
  const rtoPs = transport.rtoPs === null ? 30_000_000 : Math.max(transport.rtoPs, 4_000_000);
  const allowed: BalancerSpec = onePath.kind === 'mrc' ? { ...onePath, deny: [] } : onePath;
  return { balancer: allowed, transport: { ...transport, recovery: timed, rtoPs } as TransportSpec };
}

function fittedRecovery(wanted: Recovery, device: SwitchSpec, hasFewAcks: boolean, isExact: boolean): Recovery {
  const trims = device.kind === 'composite' && device.trims;
  if (isExact && wanted !== 'timers') return trims ? 'trim' : 'timers';
  if (wanted === 'trim' && !trims) return 'timers';
  if (wanted === 'none' && (trims || hasFewAcks)) return trims ? 'trim' : 'sr';
  return wanted;
}

/** Several jobs that share some ranks, with the balancer and the transport of a random scenario each, on the fabric of the first. */
export const mixedScenarios: fc.Arbitrary<Scenario> = fc
  .tuple(anyCase, fc.array(anyCase, { minLength: 1, maxLength: 2 }), fc.boolean())
  .chain(([first, others, hasBackground]) => {
    const base: Scenario = { ...first, nic: { ...first.nic, acks: first.nic.acks === 'none' ? 'per-packet' : first.nic.acks } };
    const hosts = hostCount(base.topology);
    const jobs = [first, ...others].map((scenario, i) =>
      fc
        .shuffledSubarray(
          Array.from({ length: hosts }, (_, host) => host),
          { minLength: Math.min(2, hosts), maxLength: Math.min(hosts, 8) },
        )
        .chain((ranks) =>
          fc.record({
            name: fc.constant(`j${i}`),
            workload: workloads(ranks.length, base.nic.mtuBytes),
            ranks: fc.constant(ranks),
            trafficClass: fc.constantFrom(3, 3, 1, 7),
            start: fc.constantFrom(AT_ONCE, { startPs: 1_000_000, startJitterPs: 500_000, stragglers: null }),
          }),
        )
        .map((job): JobSpec => ({ ...job, ...fitted(scenario, base) })),
    );
    return fc.tuple(...jobs).map((specs): Scenario => {
      const last = specs.at(-1)!;
      const background = {
        load: 0.2,
        sizes: [{ sizeBytes: 3 * base.nic.mtuBytes, probability: 1 }],
        untilPs: 3_000_000,
        ranks: last.ranks,
        balancer: last.balancer,
        transport: last.transport,
        trafficClass: 2,
      };
      return { ...base, jobs: specs, background: hasBackground ? background : null, stopAtPs: Math.min(base.stopAtPs, 100_000_000) };
    });
  });

/** What engine and oracle make of a scenario with jobs. */
export function mixedInput(scenario: Scenario): OracleInput {
  const { schedule, jobs } = buildTraffic(scenario);
  const topology = buildTopology(scenario.topology, scenario.failures, schedule.ranks, scenario.seed);
  const { plan, jobOfFlow, ofJob } = planJobs(topology, jobs, scenario.nic.mtuBytes);
  return {
    topology,
    schedule,
    plan,
    scenario,
    classOfFlow: jobOfFlow.map((job) => jobs[job]!.trafficClass),
    jobs: jobs.map(({ balancer, transport, seed }, i) => ({ balancer, transport, seed, plan: ofJob[i]! })),
    jobOfFlow,
  };
}
