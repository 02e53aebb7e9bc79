import type { ConWeaveSpec } from '../base/balancer-spec.ts';
import type { Topology } from '../base/topology.ts';
import { serialisationPs } from '../derive.ts';

/** What the ToR of its source host knows of each flow. */
export class ConWeaveSending {
  /** The uplink; -1: no packet has come. */
  readonly link: Int32Array;
  readonly lastPs: Float64Array;
  readonly epoch: Int32Array;
  /** 1: the flow has been moved, and what took the old path may still be under way. */
  readonly phase: Uint8Array;
  /** Infinity: no reply is waited for. */
  readonly deadlinePs: Float64Array;
  /** When the last packet of the old path left. */
  readonly tailPs: Float64Array;
  /** 1: a reply came; the next packet begins an epoch. */
  readonly isStable: Uint8Array;
  /** Round-trip time between the ToRs without queues, and the slack. */
  readonly replyPs: Float64Array;

  constructor(replyPs: Float64Array) {
    const flows = replyPs.length;
    this.link = new Int32Array(flows).fill(-1);
    this.lastPs = new Float64Array(flows);
    this.epoch = new Int32Array(flows);
    this.phase = new Uint8Array(flows);
    this.deadlinePs = new Float64Array(flows).fill(Infinity);
    this.tailPs = new Float64Array(flows);
    this.isStable = new Uint8Array(flows);
    this.replyPs = replyPs;
  }
}

/** What the ToR of its destination host knows of each flow. */
export class ConWeaveReceiving {
  readonly epoch: Int32Array;
  /** 1: all of the old path is there, or is not waited for any longer. */
  readonly phase: Uint8Array;
  /** 1: a packet of the old path came in this epoch; the latest was sent and came then. */
  readonly isSeen: Uint8Array;
  readonly txPs: Float64Array;
  readonly rxPs: Float64Array;
  /** When the last packet of the old path was sent. */
  readonly tailPs: Float64Array;
  /** Held packets go then; -1: none are held. */
  readonly flushPs: Float64Array;

  constructor(flows: number) {
    this.epoch = new Int32Array(flows);
    this.phase = new Uint8Array(flows);
    this.isSeen = new Uint8Array(flows);
    this.txPs = new Float64Array(flows);
    this.rxPs = new Float64Array(flows);
    this.tailPs = new Float64Array(flows);
    this.flushPs = new Float64Array(flows).fill(-1);
  }
}

/** Of each flow: what a reply of the other ToR may take; 0 inside a rack. */
export function replyTimes(
  { replySlackPs }: ConWeaveSpec,
  topology: Topology,
  { srcHost, dstHost }: { readonly srcHost: Int32Array; readonly dstHost: Int32Array },
  sizes: { readonly fullBytes: number; readonly ackBytes: number },
): Float64Array {
  const { torOfHost, tors } = topology;
  const known = new Map<number, number>();
  return Float64Array.from(srcHost, (host, flow) => {
    const from = torOfHost[host]!;
    const to = torOfHost[dstHost[flow]!]!;
    if (from === to) return 0;
    const pair = from * tors + to;
    const rttPs = known.get(pair) ?? longestRttPs(topology, from, to, sizes);
    known.set(pair, rttPs);
    return rttPs + replySlackPs;
  });
}

/** Of a full packet and its reply between two ToRs, over the slowest path. */
function longestRttPs(
  topology: Topology,
  from: number,
  to: number,
  { fullBytes, ackBytes }: { readonly fullBytes: number; readonly ackBytes: number },
): number {
  const { linkRateBps, linkDelayPs, linkReverse } = topology;
  const { links, linkOffset, ids } = topology.pathsBetween(from, to);
  let longestPs = 0;
  for (let path = 0; path < ids.length; path++) {
    let rttPs = 0;
    for (let i = linkOffset[path]!; i < linkOffset[path + 1]!; i++) {
      const link = links[i]!;
      const back = linkReverse[link]!;
      rttPs += serialisationPs(fullBytes, linkRateBps[link]!) + linkDelayPs[link]!;
      rttPs += serialisationPs(ackBytes, linkRateBps[back]!) + linkDelayPs[back]!;
    }
    longestPs = Math.max(longestPs, rttPs);
  }
  return longestPs;
}
