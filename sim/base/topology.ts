import type { ServerSpec } from './topology-spec.ts';

/**
 * A Topology is a graph of hosts and switches with its routes, in typed arrays. `topologies/` builds it; every fidelity reads it.
 *
 * Nodes: hosts 0..hosts-1, then switches hosts..hosts+switches-1. Each host hangs on one switch, its ToR ("top of rack").
 * ToRs are numbered 0..tors-1 in node order and are the first switches. Ports of a node are numbered from 0; output port i and
 * input port i of a node are the two directions of one cable.
 */
export interface Topology {
  readonly hosts: number;
  readonly switches: number;
  readonly tors: number;
  /** `host3`, `leaf0`, `spine2`, or `tor0`, `agg1`, `core2`; indexed by node. */
  readonly nodeNames: readonly string[];

  /** Directed links; `linkReverse` is the other direction of the same cable. */
  readonly links: number;
  readonly linkFrom: Int32Array;
  readonly linkTo: Int32Array;
  /** Output port at `linkFrom`, input port at `linkTo`. */
  readonly linkFromPort: Int32Array;
  readonly linkToPort: Int32Array;
  readonly linkReverse: Int32Array;
  readonly linkRateBps: Float64Array;
  readonly linkDelayPs: Float64Array;
  /** 0: dead from the start. */
  readonly linkUp: Uint8Array;
  /** 1: between switches. Link loads are counted on these. */
  readonly linkIsFabric: Uint8Array;

  /** Port p of node n sends on link portLink[portOffset[n] + p]. */
  readonly portOffset: Int32Array;
  readonly portLink: Int32Array;

  /** Index of the ToR of each host (add `hosts` for its node number). */
  readonly torOfHost: Int32Array;
  /** Ranks of one server may share a host, its NIC. */
  readonly hostOfRank: Int32Array;
  /** Which ranks NVLink joins; null: none. */
  readonly server: ServerSpec | null;
  /** Links of one path, host to host, with the largest unloaded round-trip time. */
  readonly longestPath: Int32Array;

  /**
   * Live next hops of switch s (0..switches-1) towards the hosts of ToR t: output ports
   * setPort[setOffset[k] .. setOffset[k+1]), ascending, with k = nextHopSet[s * tors + t]. Equal sets of one switch share one k.
   * k = -1: s is that ToR itself (then the host's own port is used), or nothing is left.
   */
  readonly nextHopSet: Int32Array;
  readonly setOffset: Int32Array;
  readonly setPort: Int32Array;

  /**
   * Output port of switch s for a packet pinned to path `path` towards ToR t:
   * pinPort[pinBase[s * tors + t] + pinIndex[pinStage[s] * pathIds + path]].
   */
  readonly pathIds: number;
  readonly pinStage: Uint8Array;
  readonly pinIndex: Int32Array;
  readonly pinBase: Int32Array;
  readonly pinPort: Int32Array;
  /** The path identifier under which an answer returns over the same switches and cables; 0 for 0, which packets inside a rack may carry. */
  readonly pathReverse: Int32Array;

  /** Live paths between two different ToRs; empty if there is none. */
  pathsBetween(srcTor: number, dstTor: number): PathSet;
}

export interface PathSet {
  /** Path identifiers, below `pathIds`, which is at most 65,536 (an entropy value is 16 bits). */
  readonly ids: Int32Array;
  /** Capacity of each path in bits a second: what perfect spraying shares in proportion. Links shared by several paths count by share. */
  readonly capacityBps: Float64Array;
  /** Fabric links of path i, in order of travel: links[linkOffset[i] .. linkOffset[i+1]). */
  readonly linkOffset: Int32Array;
  readonly links: Int32Array;
}

/** Node number of ToR `tor`. */
export const torNode = (topology: Topology, tor: number): number => topology.hosts + tor;

/** Whether two ranks are GPUs of one server, so that what they say to each other never enters the fabric. */
export const inOneServer = ({ server }: Pick<Topology, 'server'>, rankA: number, rankB: number): boolean =>
  server !== null && Math.floor(rankA / server.gpus) === Math.floor(rankB / server.gpus);
