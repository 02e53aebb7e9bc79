import type { FatTreeSpec, FabricLinkSpec, LeafSpineSpec, LinkSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { ConfigError } from '../../sim/base/errors.ts';
import { cannotExpressFabric } from './cannot-express.ts';

/** Asserted by htsim: ports of a switch, and of a ToR those down, in fabrics of two and of three tiers. */
const TOR_PORTS_DOWN_BELOW = 96;
const PORTS_BELOW = { 2: 128, 3: 64 } as const;

interface Tier {
  readonly down: LinkSpec;
  readonly radixDown: number;
  /** null: the top. */
  readonly radixUp: number | null;
  /** Capacity of all links up. */
  readonly upBps: number;
  readonly bundle: number;
}

/**
 * A fabric as an htsim `.topo` file. Of two tiers the ToRs are the leaves, of three tiers those of the fat tree; its core switches are
 * numbered differently there, which changes no path but its number.
 *
 * @param queueBytes queue of every switch port; null: none is written, the program derives its own
 * @throws ConfigError for rates that are no whole Gb/s, delays that are no whole ns, a ratio of capacities down to up that is no whole
 *   number, spines of different rates, servers, more ports than htsim takes
 */
export function htsimTopoText(spec: TopologySpec, queueBytes: number | null): string {
  switch (spec.kind) {
    case 'leaf-spine':
      return topoText(leafSpineTiers(spec), spec.leaves * spec.hostsPerLeaf, spec.leaves * spec.hostsPerLeaf, queueBytes);
    case 'fat-tree': {
      const podsize = spec.torsPerPod * spec.hostsPerTor;
      return topoText(fatTreeTiers(spec), spec.pods * podsize, podsize, queueBytes);
    }
    case 'rail':
      throw refuse('rails: hosts of a ToR follow each other', 'use topology kind leaf-spine or fat-tree, or --to hpcc');
    case 'graph':
      throw refuse('any graph of switches', 'use topology kind leaf-spine or fat-tree, or --to hpcc');
  }
}

const refuse = (what: string, hint: string): ConfigError => cannotExpressFabric('.topo', what, hint);

function leafSpineTiers({ leaves, spines, hostsPerLeaf, hostLink, fabricLink }: LeafSpineSpec): readonly Tier[] {
  if (differs(fabricLink)) throw refuse('spines of different rates (fabricLink.perSpine)', 'give all of them one rate');
  const { linksPerPair } = fabricLink;
  const up = spines * linksPerPair;
  return [
    { down: hostLink, radixDown: hostsPerLeaf, radixUp: up, upBps: up * fabricLink.rateBps, bundle: 1 },
    { down: fabricLink, radixDown: leaves * linksPerPair, radixUp: null, upBps: 0, bundle: linksPerPair },
  ];
}

const differs = ({ perSpineRateBps, rateBps }: FabricLinkSpec): boolean => perSpineRateBps?.some((bps) => bps !== rateBps) ?? false;

function fatTreeTiers(spec: FatTreeSpec): readonly Tier[] {
  const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, hostLink, fabricLink, coreLink } = spec;
  return [
    { down: hostLink, radixDown: hostsPerTor, radixUp: aggsPerPod, upBps: aggsPerPod * fabricLink.rateBps, bundle: 1 },
    { down: fabricLink, radixDown: torsPerPod, radixUp: coresPerAgg, upBps: coresPerAgg * coreLink.rateBps, bundle: 1 },
    { down: coreLink, radixDown: pods, radixUp: null, upBps: 0, bundle: 1 },
  ];
}

function topoText(tiers: readonly Tier[], hosts: number, podsize: number, queueBytes: number | null): string {
  checkPorts(tiers);
  const head = `Nodes ${hosts}\nTiers ${tiers.length}\nPodsize ${podsize}\n`;
  return head + tiers.map((tier, number) => tierText(tier, number, queueBytes)).join('');
}

function tierText({ down, radixDown, radixUp, upBps, bundle }: Tier, number: number, queueBytes: number | null): string {
  const lines = [
    `Tier ${number}`,
    `Downlink_speed_Gbps ${whole(down.rateBps / 1e9, 1, `a rate of ${down.rateBps / 1e9} Gb/s`, 'use whole Gb/s')}`,
    `Downlink_Latency_ns ${whole(down.delayPs / 1e3, 0, `a delay of ${down.delayPs / 1e3} ns`, 'use whole ns')}`,
    'Switch_Latency_ns 0',
    `Radix_Down ${radixDown}`,
  ];
  if (radixUp !== null) {
    const ratio = (radixDown * down.rateBps) / upBps;
    const what = `${ratio} times as much capacity down as up in tier ${number}`;
    lines.push(`Radix_Up ${radixUp}`, `Oversubscribed ${whole(ratio, 1, what, 'make it a whole number of at least 1')}`);
  }
  if (bundle > 1) lines.push(`Bundle ${bundle}`);
  if (queueBytes !== null) {
    if (radixUp !== null) lines.push(`Queue_Up ${queueBytes}`);
    lines.push(`Queue_Down ${queueBytes}`);
  }
  return `\n${lines.join('\n')}\n`;
}

function whole(value: number, least: number, what: string, hint: string): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw refuse(what, hint);
}

function checkPorts(tiers: readonly Tier[]): void {
  const below = PORTS_BELOW[tiers.length as 2 | 3];
  tiers.forEach(({ radixDown, radixUp }, number) => {
    const ports = radixDown + (radixUp ?? 0);
    // In fabrics of three tiers the limit is that of aggregation and core switches.
    const most = tiers.length === 3 && number === 0 ? Infinity : below;
    if (number === 0 && radixDown >= TOR_PORTS_DOWN_BELOW)
      throw refuse(`${radixDown} hosts at a ToR`, `fewer than ${TOR_PORTS_DOWN_BELOW}`);
    if (ports >= most) throw refuse(`switches of ${ports} ports in tier ${number}`, `fewer than ${most}`);
  });
}
