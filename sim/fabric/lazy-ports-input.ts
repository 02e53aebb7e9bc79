import type { SwitchSpec } from '../base/device-spec.ts';
import { ACK, DATA, NACK, TYPE_MASK } from '../base/packet.ts';
import type { Topology } from '../base/topology.ts';
import { serialisationPs, type Limits } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import type { UsualSizes } from './fifo-ports.ts';
import type { LinkTimeline } from './link-timeline.ts';
import type { TrafficClasses } from './traffic-classes.ts';

/** What all kinds of lazy ports are made of. */
export interface LazyPortsInput {
  readonly engine: Engine;
  readonly topology: Topology;
  readonly spec: SwitchSpec;
  readonly limits: Limits;
  readonly sizes: UsualSizes;
  readonly seed: number;
  /** ACKs and NACKs go in class 0. */
  readonly answersFirst: boolean;
  /** Queue 1 + i is that of dataClasses[i]. */
  readonly classes: TrafficClasses;
  /** null: links work all the time. */
  readonly timeline: LinkTimeline | null;
  /** Every packet that a switch forwards is a record of the batch in hand, and stays where it is until that ends. */
  readonly forwardsFromBatch: boolean;
}

/** The queue of each packet type where one data class is in use: 0 that of class 0, 1 that of the data. */
export function queueOfType(answersFirst: boolean): Int32Array {
  const queues = new Int32Array(TYPE_MASK + 1);
  queues[DATA] = 1;
  if (!answersFirst) {
    queues[ACK] = 1;
    queues[NACK] = 1;
  }
  return queues;
}

/** Bytes a turn of each queue, in deficit round robin. */
export function quantumBytes({ spec, sizes, classes }: LazyPortsInput): Float64Array {
  const weight = (trafficClass: number): number => spec.classWeights?.[trafficClass] ?? 1;
  return Float64Array.of(0, ...classes.dataClasses.map((trafficClass) => sizes.fullBytes * weight(trafficClass)));
}

/** Times of the usual case are int32 picoseconds from the start of a window. */
const NEAR_PS = 2 ** 30;
/** Wire bytes have 16 bits. */
const MOST_BYTES = 0xffff;

/**
 * Nothing but marks depends on the instant a packet leaves, class 0 and the data are the only queues, and what starts in a window arrives within
 * the ring of windows.
 */
export function isPlain({ spec, classes, timeline, engine, topology, forwardsFromBatch }: LazyPortsInput): boolean {
  const { layout, mailboxes } = engine;
  if (classes.dataClasses.length > 1 || timeline !== null || layout.telemetry > 0) return false;
  if (!forwardsFromBatch) return false;
  const farPs = Math.min(NEAR_PS, mailboxes.spanPs) - mailboxes.windowPs;
  const { linkRateBps, linkDelayPs } = topology;
  if (linkRateBps.some((rateBps, link) => serialisationPs(MOST_BYTES, rateBps) + linkDelayPs[link]! >= farPs)) return false;
  return spec.kind === 'droptail' || (spec.kind === 'composite' && spec.headerShare === null);
}
