import { hostCount } from '../../topologies/build-topology.ts';
import type { Say } from './contradiction.ts';
import type { TopologyConfig } from './schema/topology.ts';
import { fatTreeSpec } from './topology-spec.ts';

/** Largest fabric that fits the typed arrays of a Topology in memory. */
const MAX_HOSTS = 2 ** 23;
const MAX_CABLES = 2 ** 23;
const MAX_ROUTES = 2 ** 26;
/** Paths between two ToRs: an entropy value has 16 bits. */
const MAX_PATHS = 65_536;
const TOO_LARGE = `at most ${MAX_CABLES} cables and ${MAX_ROUTES} routes`;

/** Contradictions inside the topology block. */
export function checkTopology(topology: TopologyConfig, say: Say): void {
  switch (topology.kind) {
    case 'leaf-spine':
      return checkLeafSpine(topology, say);
    case 'fat-tree':
      return checkFatTree(topology, say);
  }
}

function checkLeafSpine(topology: Extract<TopologyConfig, { kind: 'leaf-spine' }>, say: Say): void {
  const { leaves, spines, hostsPerLeaf, fabricLink } = topology;
  const cables = fabricLink?.linksPerPair ?? 1;
  if (leaves * hostsPerLeaf > MAX_HOSTS) {
    say(
      ['topology', 'hostsPerLeaf'],
      `${leaves} leaves of ${hostsPerLeaf} hosts are ${leaves * hostsPerLeaf} hosts`,
      `at most ${MAX_HOSTS}`,
    );
  }
  const paths = spines * cables * cables;
  if (paths > MAX_PATHS) {
    say(
      ['topology', 'spines'],
      `${spines} spines with ${cables} ${cables === 1 ? 'link' : 'links'} a pair give ${paths} paths between two leaves`,
      `at most ${MAX_PATHS}`,
    );
  } else if (leaves * spines * cables > MAX_CABLES || leaves * (leaves + spines) > MAX_ROUTES) {
    say(['topology', 'leaves'], `a fabric of ${leaves} leaves and ${spines} spines is too large`, TOO_LARGE);
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
