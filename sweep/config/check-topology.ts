import { hostCount } from '../../topologies/build-topology.ts';
import { graphProblem } from '../../topologies/graph-fabric.ts';
import type { Say } from './contradiction.ts';
import type { TopologyConfig } from './schema/topology.ts';
import { fatTreeSpec, graphSpec } from './topology-spec.ts';

/** Largest fabric that fits the typed arrays of a Topology in memory. */
const MAX_HOSTS = 2 ** 23;
const MAX_CABLES = 2 ** 23;
const MAX_ROUTES = 2 ** 26;
/** Paths between two ToRs: an entropy value has 16 bits. */
const MAX_PATHS = 65_536;
const TOO_LARGE = `at most ${MAX_CABLES} cables and ${MAX_ROUTES} routes`;

/** Contradictions inside the topology block. */
export function checkTopology(topology: TopologyConfig, say: Say): void {
  checkServers(topology, say);
  switch (topology.kind) {
    case 'leaf-spine':
      return checkLeafSpine(topology, say);
    case 'fat-tree':
      return checkFatTree(topology, say);
    case 'rail':
      return checkRail(topology, say);
    case 'dumbbell':
      return;
    case 'graph':
      return checkGraph(topology, say);
  }
}

/** Whole servers on each ToR, each with NICs for all its GPUs. */
function checkServers(topology: TopologyConfig, say: Say): void {
  const { gpusPerServer, nicsPerServer = gpusPerServer } = topology;
  if (gpusPerServer === undefined || nicsPerServer === undefined) {
    for (const key of ['nicsPerServer', 'nvlink'] as const) {
      if (topology[key] !== undefined) say(['topology', key], `${key} without servers`, 'give gpusPerServer');
    }
    return;
  }
  if (gpusPerServer % nicsPerServer !== 0) {
    say(
      ['topology', 'nicsPerServer'],
      `${gpusPerServer} GPUs cannot share ${nicsPerServer} NICs evenly`,
      'choose a divisor of gpusPerServer',
    );
    return;
  }
  const [key, hosts] = hostsTogether(topology);
  if (hosts % nicsPerServer !== 0) {
    say(['topology', key], `${hosts} hosts are no whole number of servers with ${nicsPerServer} NICs`, `a multiple of ${nicsPerServer}`);
  }
}

/** The hosts that have to be whole servers, and the key that says how many they are. */
function hostsTogether(topology: TopologyConfig): readonly [key: string, hosts: number] {
  switch (topology.kind) {
    case 'leaf-spine':
      return ['hostsPerLeaf', topology.hostsPerLeaf];
    case 'fat-tree':
      return [topology.hostsPerTor === undefined ? 'k' : 'hostsPerTor', fatTreeSpec(topology).hostsPerTor];
    case 'dumbbell':
      return ['hostsPerSide', topology.hostsPerSide];
    case 'graph':
      return ['hosts', topology.hosts];
    case 'rail':
      return ['servers', 0];
  }
}

function checkRail(topology: Extract<TopologyConfig, { kind: 'rail' }>, say: Say): void {
  const { servers, serversPerSegment = servers, gpusPerServer, nicsPerServer = gpusPerServer } = topology;
  if (servers % serversPerSegment !== 0) {
    say(
      ['topology', 'serversPerSegment'],
      `${servers} servers are no whole number of segments of ${serversPerSegment}`,
      'a divisor of servers',
    );
    return;
  }
  const leaves = (servers / serversPerSegment) * nicsPerServer;
  checkTiers({ ...topology, leaves, hostsPerLeaf: serversPerSegment }, 'servers', 'servers', say);
}

function checkGraph(topology: Extract<TopologyConfig, { kind: 'graph' }>, say: Say): void {
  const problem = graphProblem(graphSpec(topology));
  if (problem === null) return;
  const path = problem.cable < 0 ? ['topology', 'hosts'] : ['topology', 'links', problem.cable];
  say(path, problem.message, 'each host has one link, to a switch; links join nodes that there are');
}

const checkLeafSpine = (topology: Extract<TopologyConfig, { kind: 'leaf-spine' }>, say: Say): void =>
  checkTiers(topology, 'hostsPerLeaf', 'leaves', say);

type Tiers = Pick<Extract<TopologyConfig, { kind: 'leaf-spine' }>, 'leaves' | 'spines' | 'hostsPerLeaf' | 'fabricLink'>;

/** @param hostsKey of what makes the hosts too many, `leavesKey` the leaves */
function checkTiers(topology: Tiers, hostsKey: string, leavesKey: string, say: Say): void {
  const { leaves, spines, hostsPerLeaf, fabricLink } = topology;
  const cables = fabricLink?.linksPerPair ?? 1;
  if (leaves * hostsPerLeaf > MAX_HOSTS) {
    say(['topology', hostsKey], `${leaves} leaves of ${hostsPerLeaf} hosts are ${leaves * hostsPerLeaf} hosts`, `at most ${MAX_HOSTS}`);
  }
  const paths = spines * cables * cables;
  if (paths > MAX_PATHS) {
    say(
      ['topology', 'spines'],
      `${spines} spines with ${cables} ${cables === 1 ? 'link' : 'links'} a pair give ${paths} paths between two leaves`,
      `at most ${MAX_PATHS}`,
    );
  } else if (leaves * spines * cables > MAX_CABLES || leaves * (leaves + spines) > MAX_ROUTES) {
    say(['topology', leavesKey], `a fabric of ${leaves} leaves and ${spines} spines is too large`, TOO_LARGE);
  }
  if (fabricLink !== undefined && fabricLink.rate === undefined && fabricLink.perSpine === undefined) {
    say(['topology', 'fabricLink'], 'no rate', 'give rate, or perSpine with one rate a spine');
  }
  if (fabricLink?.perSpine !== undefined && fabricLink.perSpine.length !== spines) {
    say(['topology', 'fabricLink', 'perSpine'], `the list has ${fabricLink.perSpine.length} of ${spines} spines`, 'give one rate a spine');
  }
}

/** The counts have to fit switches of k ports. */
function checkFatTree(topology: Extract<TopologyConfig, { kind: 'fat-tree' }>, say: Say): void {
  const { k } = topology;
  const spec = fatTreeSpec(topology);
  const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor } = spec;
  const fits = (ports: number, path: keyof typeof topology, what: string, of: string): void => {
    if (ports > k) say(['topology', path], `${what} need ${ports} ports on ${of} of ${k}`, 'choose fewer, or a larger k');
  };
  fits(pods, 'pods', `${pods} pods`, 'a core switch');
  fits(
    torsPerPod + coresPerAgg,
    topology.torsPerPod === undefined ? 'coresPerAgg' : 'torsPerPod',
    `${torsPerPod} ToRs and ${coresPerAgg} cores`,
    'an aggregation switch',
  );
  fits(
    hostsPerTor + aggsPerPod,
    topology.hostsPerTor === undefined ? 'aggsPerPod' : 'hostsPerTor',
    `${hostsPerTor} hosts and ${aggsPerPod} aggregation switches`,
    'a ToR',
  );

  const hosts = hostCount(spec);
  const tors = pods * torsPerPod;
  const aggs = pods * aggsPerPod;
  const cores = aggsPerPod * coresPerAgg;
  if (hosts > MAX_HOSTS) say(['topology', 'k'], `${tors} ToRs of ${hostsPerTor} hosts are ${hosts} hosts`, `at most ${MAX_HOSTS}`);
  else if (cores > MAX_PATHS) say(['topology', 'k'], `${cores} core switches give as many paths between two pods`, `at most ${MAX_PATHS}`);
  else if (hosts + tors * aggsPerPod + aggs * coresPerAgg > MAX_CABLES || tors * (tors + aggs + cores) > MAX_ROUTES) {
    say(['topology', 'k'], `a fat tree of ${tors} ToRs, ${aggs} aggregation and ${cores} core switches is too large`, TOO_LARGE);
  }
}
