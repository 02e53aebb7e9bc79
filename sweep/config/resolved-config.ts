import type { Dimension } from '../../sim/base/quantity.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { BalancerSpec, EtherealSpec } from '../../sim/base/balancer-spec.ts';
import type { BackgroundSpec, JobSpec, StartSpec, StragglerSpec } from '../../sim/base/job-spec.ts';
import type { ProbeSpec } from '../../sim/base/probe-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import type { CompatSpec } from '../../sim/base/compat-spec.ts';
import { compatBlock } from './compat-spec.ts';
import { collectiveBlock } from './collective-specs.ts';
import { nicBlock, switchBlock } from './device-blocks.ts';
import { failureBlock } from './failure-specs.ts';
import { hostBalancerBlock } from './host-balancer.ts';
import { moeBlock } from './moe-block.ts';
import { transportBlock } from './transport-blocks.ts';
import { topologyBlock } from './topology-block.ts';
import { trainingBlock } from './training-spec.ts';
import { switchBalancerBlock } from './switch-balancer.ts';
import { fileOptionsBlock } from './file-spec.ts';
import type { JsonBlock } from './tree.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');
const timeText = (ps: number): string => formatQuantity(ps, 'time');

/** `{ key: quantity }`, or nothing where the default follows from the fabric. */
const derived = (key: string, value: number | null, dimension: Dimension): JsonBlock =>
  value === null ? {} : { [key]: formatQuantity(value, dimension) };

/**
 * The config of one run, written out: quantities with units, every default explicit that does not follow from the fabric. As a config
 * file it gives the same Scenario again, provided a workload file is still found under its path (relative to the config's folder).
 */
export function resolvedConfig(scenario: Scenario): JsonBlock {
  return {
    name: scenario.name,
    kind: 'fabric',
    seed: scenario.seed,
    fidelity: scenario.fidelity,
    ...(scenario.compat === undefined ? fabricBlocks(scenario) : compatBlocks(scenario, scenario.compat)),
    stop: { at: timeText(scenario.stopAtPs), ...(scenario.stopPackets === null ? {} : { packets: scenario.stopPackets }) },
    ...(scenario.probes === null ? {} : { probes: probeBlock(scenario.probes) }),
  };
}

/** Only what a run without a fabric depends on. */
const compatBlocks = ({ workload, start }: Scenario, compat: CompatSpec): JsonBlock => ({
  compat: compatBlock(compat),
  workload: { ...workloadBlock(workload), ...startKeys(start) },
});

function fabricBlocks(scenario: Scenario): JsonBlock {
  return {
    topology: topologyBlock(scenario.topology),
    ...trafficBlocks(scenario),
    nic: nicBlock(scenario.nic),
    switch: switchBlock(scenario.switch),
    failures: scenario.failures.map(failureBlock),
  };
}

const probeBlock = ({ everyPs, what, links }: ProbeSpec): JsonBlock => ({ every: timeText(everyPs), what, links });

/** Where there are jobs, each has a balancer and a transport of its own. */
function trafficBlocks({ workload, start, jobs, background, balancer, transport }: Scenario): JsonBlock {
  const others = background === null ? {} : { background: backgroundBlock(background) };
  if (jobs.length > 0) return { jobs: jobs.map(jobBlock), ...others };
  const block = { ...workloadBlock(workload), ...startKeys(start) };
  return { workload: block, balancer: balancerBlock(balancer), transport: transportBlock(transport), ...others };
}

function jobBlock({ name, workload, start, ...traffic }: JobSpec): JsonBlock {
  const { ranks: _ranks, ...block } = workloadBlock(workload);
  return { name, workload: block, ...startKeys(start), ...sharedKeys(traffic) };
}

function backgroundBlock({ load, sizes, untilPs, ...traffic }: BackgroundSpec): JsonBlock {
  const points =
    typeof sizes === 'string' ? sizes : sizes.map(({ sizeBytes, probability }) => ({ size: sizeText(sizeBytes), probability }));
  return { load, sizes: points, until: timeText(untilPs), pattern: 'random', ...sharedKeys(traffic) };
}

function sharedKeys({
  ranks,
  balancer,
  transport,
  trafficClass,
}: Pick<JobSpec, 'ranks' | 'balancer' | 'transport' | 'trafficClass'>): JsonBlock {
  const isRow = ranks.every((rank, i) => rank === ranks[0]! + i);
  return {
    ranks: isRow ? { from: ranks[0]!, count: ranks.length } : ranks,
    balancer: balancerBlock(balancer),
    transport: transportBlock(transport),
    class: trafficClass,
  };
}

function startKeys({ startPs, startJitterPs, stragglers }: StartSpec): JsonBlock {
  return {
    ...(startPs === 0 ? {} : { start: timeText(startPs) }),
    ...(startJitterPs === 0 ? {} : { startJitter: timeText(startJitterPs) }),
    ...(stragglers === null ? {} : { stragglers: stragglerBlock(stragglers) }),
  };
}

const stragglerBlock = ({ fraction, delayPs, slowdown }: StragglerSpec): JsonBlock => ({
  fraction,
  ...(delayPs === 0 ? {} : { delay: timeText(delayPs) }),
  ...(slowdown === 1 ? {} : { slowdown }),
});

function workloadBlock(workload: WorkloadSpec): JsonBlock {
  switch (workload.kind) {
    case 'permutation':
      return { kind: workload.kind, pattern: workload.pattern, size: sizeText(workload.sizeBytes), ranks: workload.ranks };
    case 'incast': {
      const { kind, senders, receiver, sizeBytes, ranks } = workload;
      return { kind, senders, receiver, size: sizeText(sizeBytes), ranks };
    }
    case 'flows': {
      const flows = workload.flows.map(({ src, dst, sizeBytes, startPs }) => ({
        src,
        dst,
        size: sizeText(sizeBytes),
        start: timeText(startPs),
      }));
      return { kind: workload.kind, flows, ranks: workload.ranks };
    }
    case 'moe':
      return moeBlock(workload);
    case 'training':
      return trainingBlock(workload);
    case 'file': {
      const { kind, path, options, ranks } = workload;
      return { kind, format: options.format, path, ...fileOptionsBlock(options), ranks };
    }
    default:
      return collectiveBlock(workload);
  }
}

function balancerBlock(balancer: BalancerSpec): JsonBlock {
  switch (balancer.kind) {
    case 'plb':
    case 'plb-delay':
    case 'hopper':
    case 'reps':
    case 'reps-htsim':
    case 'mrc':
    case 'mp-rdma':
      return hostBalancerBlock(balancer);
    case 'letflow':
    case 'flowlet-ar':
    case 'conga':
    case 'conweave':
      return switchBalancerBlock(balancer);
    case 'ethereal':
      return etherealBlock(balancer);
    default:
      return { ...balancer };
  }
}

function etherealBlock(balancer: EtherealSpec): JsonBlock {
  const { minPieceBytes, maxPieces, batchWindowPs, startJitterPs, failedAfterPs, failedPathTimeoutPs, ...words } = balancer;
  return {
    ...words,
    ...derived('minPiece', minPieceBytes, 'bytes'),
    ...(maxPieces === null ? {} : { maxPieces }),
    batchWindow: timeText(batchWindowPs),
    startJitter: timeText(startJitterPs),
    failedAfter: timeText(failedAfterPs),
    failedPathTimeout: timeText(failedPathTimeoutPs),
  };
}
