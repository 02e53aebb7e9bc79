import { formatExact } from '../analysis/charts/format.ts';
import type { BackgroundSpec, JobSpec } from '../sim/base/job-spec.ts';
import { formatQuantity } from '../sim/base/quantity.ts';
import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { LinkSpec, TopologySpec } from '../sim/base/topology-spec.ts';
import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import { hostLink } from '../topologies/build-topology.ts';
import { isWireless } from './any-scenario.ts';
import type { CellList } from './cells.ts';
import { describeWireless } from './describe-wireless.ts';
import type { ConfigSource } from './manifest.ts';

/**
 * What a sweep runs, a fact a line: fabric, traffic, balancer, transport. Keys that the sweep varies are left out, since the tables and
 * charts show them.
 */
export function describeCells(cells: CellList, sweptKeys: readonly string[]): readonly string[] {
  const { keys } = cells;
  if (keys.length === 0) return [];
  const first = cells.at(0);
  const { scenario } = first;
  const isSwept = (key: string): boolean =>
    sweptKeys.some((swept) => swept === key || key.startsWith(`${swept}.`) || swept.startsWith(`${key}.`));
  const fact = (key: string, text: string): string[] => (isSwept(key) ? [] : [text]);
  const line = (name: string, facts: readonly string[]): string[] => (facts.length === 0 ? [] : [`${name}: ${facts.join(', ')}`]);

  const seeds = new Set(keys.map(({ seed }) => seed)).size;
  const counts = `${keys.length} ${keys.length === 1 ? 'cell' : 'cells'}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
  if (isWireless(scenario))
    return [
      ...describeWireless(scenario).flatMap(([name, facts]) =>
        line(
          name,
          facts.flatMap(([text, key]) => fact(key, text)),
        ),
      ),
      counts,
    ];
  const { topology, workload, jobs, background, balancer, transport, nic } = scenario;
  return [
    ...line('fabric', [
      ...describeTopology(topology).flatMap(([text, ...keys]) => (keys.some(isSwept) ? [] : [text])),
      ...fact('topology.placement', `${topology.placement} placement`),
      ...describeFailures(scenario.failures).flatMap((text) => fact('failures', text)),
    ]),
    ...(jobs.length > 0
      ? jobs.flatMap((job, i) => fact(`jobs.${i}`, describeJob(job)))
      : line('workload', describeWorkload(workload, fact))),
    ...(background === null ? [] : line('background', fact('background', describeBackground(background)))),
    ...line('balancer', jobs.length > 0 ? [] : fact('balancer.kind', balancer.kind)),
    ...line('transport', [
      ...(jobs.length > 0 ? [] : fact('transport.kind', transport.kind)),
      ...fact('nic.mtu', `packets of ${nic.mtuBytes} B and ${nic.headerBytes} B of header`),
    ]),
    counts,
  ];
}

/** Says a fact unless the sweep varies its key. */
type Fact = (key: string, text: string) => string[];

const describeWorkload = (workload: WorkloadSpec, fact: Fact): readonly string[] => [
  ...fact('workload.kind', workload.kind),
  ...('algorithm' in workload ? fact('workload.algorithm', workload.algorithm) : []),
  ...('sizeBytes' in workload ? fact('workload.size', formatExact(workload.sizeBytes, 'bytes')) : []),
  ...(workload.kind === 'file' ? fact('workload.path', workload.path) : []),
  ...fact('workload.ranks', `${workload.ranks} ranks`),
];

function describeJob({ name, workload, balancer, transport }: JobSpec): string {
  const facts = [...describeWorkload(workload, (_key, text) => [text]), `balancer ${balancer.kind}`, `transport ${transport.kind}`];
  return `job ${name}: ${facts.join(', ')}`;
}

function describeBackground({ load, sizes, untilPs, ranks, balancer, transport }: BackgroundSpec): string {
  const what = `load ${load} until ${formatQuantity(untilPs, 'time')}, ${typeof sizes === 'string' ? sizes : 'own sizes'}, ${ranks.length} ranks`;
  return `${what}, balancer ${balancer.kind}, transport ${transport.kind}`;
}

function describeFailures(failures: readonly FailureSpec[]): string[] {
  const dead = failures.filter(({ course }) => course === undefined).length;
  const timed = failures.length - dead;
  return [
    ...(dead === 0 ? [] : [`${dead} dead ${dead === 1 ? 'link or switch' : 'links and switches'}`]),
    ...(timed === 0 ? [] : [`${timed} ${timed === 1 ? 'failure' : 'failures'} while running`]),
  ];
}

/** What the command line changed of the config, if anything. */
export function describeOverrides({ overrides, seed }: ConfigSource): readonly string[] {
  const options = [...overrides.map((override) => `--set ${override}`), ...(seed === null ? [] : [`--seed ${seed}`])];
  return options.length === 0 ? [] : [`changed on the command line: ${options.join(' ')}`];
}

/** Facts, each with the keys that decide it. */
function describeTopology(topology: TopologySpec): readonly (readonly [text: string, ...keys: string[]])[] {
  return [...describeFabric(topology), ...describeServers(topology)];
}

function describeServers({ server }: TopologySpec): readonly (readonly [text: string, ...keys: string[]])[] {
  if (server === undefined) return [];
  const { gpus, nics, nvlink } = server;
  const text = `servers of ${gpus} GPUs and ${nics} ${nics === 1 ? 'NIC' : 'NICs'}, NVLink ${linkText(nvlink)}`;
  return [[text, 'topology.gpusPerServer', 'topology.nicsPerServer', 'topology.nvlink']];
}

function describeFabric(topology: TopologySpec): readonly (readonly [text: string, ...keys: string[]])[] {
  const hostLinks = [`host links ${linkText(hostLink(topology))}`, 'topology.hostLink'] as const;
  switch (topology.kind) {
    case 'rail': {
      const { servers, serversPerSegment, spines, fabricLink } = topology;
      return [
        [`${servers} servers, ${serversPerSegment} a segment`, 'topology.servers', 'topology.serversPerSegment'],
        [`${spines} spines`, 'topology.spines'],
        hostLinks,
        [`fabric links ${fabricLink.perSpineRateBps === null ? linkText(fabricLink) : 'unequal rates by spine'}`, 'topology.fabricLink'],
      ];
    }
    case 'graph':
      return [
        [`${topology.hosts} hosts`, 'topology.hosts', 'topology.hostsPerSide'],
        [`${topology.switches} switches`, 'topology.switches'],
        [`${topology.cables.length} links`, 'topology.links'],
      ];
    case 'leaf-spine': {
      const { fabricLink } = topology;
      const { perSpineRateBps, linksPerPair } = fabricLink;
      const bundle = linksPerPair === 1 ? '' : `${linksPerPair} links a pair of `;
      return [
        [`${topology.leaves} leaves`, 'topology.leaves'],
        [`${topology.hostsPerLeaf} hosts each`, 'topology.hostsPerLeaf'],
        [`${topology.spines} spines`, 'topology.spines'],
        hostLinks,
        [`fabric links ${bundle}${perSpineRateBps === null ? linkText(fabricLink) : 'unequal rates by spine'}`, 'topology.fabricLink'],
      ];
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, fabricLink, coreLink } = topology;
      return [
        [`${pods} pods`, 'topology.k', 'topology.pods'],
        [`${torsPerPod} ToRs and ${aggsPerPod} aggregation switches a pod`, 'topology.k', 'topology.torsPerPod', 'topology.aggsPerPod'],
        [`${hostsPerTor} hosts a ToR`, 'topology.k', 'topology.hostsPerTor'],
        [`${aggsPerPod * coresPerAgg} cores`, 'topology.k', 'topology.aggsPerPod', 'topology.coresPerAgg'],
        hostLinks,
        [`fabric links ${linkText(fabricLink)}`, 'topology.fabricLink'],
        [`core links ${linkText(coreLink)}`, 'topology.coreLink'],
      ];
    }
  }
}

const linkText = ({ rateBps, delayPs }: LinkSpec): string =>
  `${formatExact(rateBps, 'bits-per-second')} ${formatExact(delayPs, 'picoseconds')}`;
