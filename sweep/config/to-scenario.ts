import type { BalancerSpec, EtherealSpec } from '../../sim/base/balancer-spec.ts';
import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { AT_ONCE } from '../../sim/base/job-spec.ts';
import type { BackgroundSpec, JobSpec } from '../../sim/base/job-spec.ts';
import type { ProbeSpec } from '../../sim/base/probe-spec.ts';
import { hostLink, fabricRanks } from '../../topologies/build-topology.ts';
import { classesInUse, hashesAnything } from './check-unused.ts';
import { hostBalancerSpec } from './host-balancer.ts';
import type { BalancerConfig } from './schema/balancer.ts';
import { compatSpec, type CompatFiles } from './compat-spec.ts';
import { nicSpec, switchSpec } from './device-specs.ts';
import { rankList, serverShare } from './job-configs.ts';
import type { Config } from './schema/config.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import { failureSpec } from './failure-specs.ts';
import { switchBalancerSpec } from './switch-balancer.ts';
import { rankFabric, ranksPerServer, topologySpec } from './topology-spec.ts';
import { transportSpec } from './transport-specs.ts';
import { startSpec, workloadSpec } from './workload-specs.ts';

/** The files of a workload of so many ranks, in rank order; none for workloads without. */
export type FilesOf = (workload: WorkloadConfig, ranks: number) => readonly InputFile[];

/** A valid config as the simulator takes it. Defaults that follow from the fabric become null. */
export function toScenario(config: Config, name: string, filesOf: FilesOf, compatFiles: CompatFiles): Scenario {
  const topology = topologySpec(config.topology);
  const ranksOfFabric = fabricRanks(topology);
  const jobs = jobSpecs(config, ranksOfFabric, filesOf);
  return {
    name,
    seed: config.seed,
    fidelity: config.fidelity,
    ...(config.compat === undefined ? {} : { compat: compatSpec(config.compat, compatFiles) }),
    topology,
    ...workloadFields(config, ranksOfFabric, filesOf),
    jobs,
    background: backgroundSpec(config, ranksOfFabric),
    // Where each job has its own, the top-level ones are nobody's.
    balancer: jobs[0]?.balancer ?? balancerSpec(config.balancer),
    transport: jobs[0]?.transport ?? transportSpec(config.transport, config.nic.acks, config.switch),
    nic: nicSpec(config.nic, config.switch.kind),
    switch: usedSwitch(config, switchSpec(config.switch, config.nic.mtu, hostLink(topology).rateBps)),
    failures: config.failures.map(failureSpec),
    stopAtPs: config.stop.at,
    stopPackets: config.stop.packets ?? null,
    probes: probeSpec(config),
  };
}

/** Without what no packet of this combination of a sweep meets (check-unused.ts): it does not make it another run. */
function usedSwitch(config: Config, device: SwitchSpec): SwitchSpec {
  const classes = classesInUse(config).size > 1 ? {} : { classWeights: null };
  return { ...device, ...classes, ...(hashesAnything(config) ? {} : { hash: 'ideal', sameSalt: false }) };
}

function probeSpec({ probes }: Config): ProbeSpec | null {
  return probes === undefined ? null : { everyPs: probes.every, what: probes.what, links: probes.links };
}

function workloadFields({ workload, topology }: Config, ranksOfFabric: number, filesOf: FilesOf): Pick<Scenario, 'workload' | 'start'> {
  if (workload === undefined) return { workload: { kind: 'flows', flows: [], ranks: ranksOfFabric }, start: AT_ONCE };
  const ranks = workload.ranks ?? ranksOfFabric;
  return {
    workload: workloadSpec(workload, ranks, filesOf(workload, ranks), rankFabric(topology)),
    start: startSpec(workload),
  };
}

function jobSpecs(
  { jobs = [], topology, balancer, transport, nic, switch: device }: Config,
  ranksOfFabric: number,
  filesOf: FilesOf,
): JobSpec[] {
  return jobs.map((job) => {
    const ranks = rankList(job.ranks, ranksOfFabric);
    return {
      name: job.name,
      workload: workloadSpec(job.workload, ranks.length, filesOf(job.workload, ranks.length), {
        ...rankFabric(topology),
        perServer: serverShare(ranks, ranksPerServer(topology)) ?? 1,
      }),
      start: startSpec(job),
      ranks,
      balancer: balancerSpec(job.balancer ?? balancer),
      transport: transportSpec(job.transport ?? transport, nic.acks, device),
      trafficClass: job.class,
    };
  });
}

function backgroundSpec({ background, balancer, transport, nic, switch: device }: Config, ranksOfFabric: number): BackgroundSpec | null {
  if (background === undefined) return null;
  const { load, sizes, until } = background;
  return {
    load,
    sizes: typeof sizes === 'string' ? sizes : sizes.map(({ size, probability }) => ({ sizeBytes: size, probability })),
    untilPs: until,
    ranks: rankList(background.ranks, ranksOfFabric),
    balancer: balancerSpec(background.balancer ?? balancer),
    transport: transportSpec(background.transport ?? transport, nic.acks, device),
    trafficClass: background.class,
  };
}

function balancerSpec(balancer: BalancerConfig): BalancerSpec {
  switch (balancer.kind) {
    case 'plb':
    case 'plb-delay':
    case 'hopper':
    case 'reps':
    case 'reps-htsim':
    case 'mrc':
    case 'mp-rdma':
      return hostBalancerSpec(balancer);
    case 'letflow':
    case 'flowlet-ar':
    case 'conga':
    case 'conweave':
      return switchBalancerSpec(balancer);
    case 'ethereal':
      return etherealSpec(balancer);
    default:
      return balancer;
  }
}

function etherealSpec(balancer: Extract<BalancerConfig, { readonly kind: 'ethereal' }>): EtherealSpec {
  const { kind, split, remainder, minPiece, maxPieces, batchWindow, startJitter } = balancer;
  const { shuffleDestinations, shuffleFlows, shufflePaths, weights, failedAfter, failedPathTimeout, repath } = balancer;
  return {
    kind,
    split,
    remainder,
    minPieceBytes: minPiece ?? null,
    maxPieces: maxPieces ?? null,
    batchWindowPs: batchWindow,
    startJitterPs: startJitter,
    shuffleDestinations,
    shuffleFlows,
    shufflePaths,
    weights,
    failedAfterPs: failedAfter,
    failedPathTimeoutPs: failedPathTimeout,
    repath,
  };
}
