import type { SwitchSpec } from '../base/device-spec.ts';
import { ACK, DATA, NACK, TYPE_MASK } from '../base/packet.ts';
import type { Topology } from '../base/topology.ts';
import type { Limits } from '../derive.ts';
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

/** Nothing but marks depends on the instant a packet leaves, and class 0 and the data are the only queues. */
export function isPlain({ spec, classes, timeline, engine }: LazyPortsInput): boolean {
  const hasOneClass = classes.dataClasses.length === 1;
  if (!hasOneClass || timeline !== null || engine.layout.telemetry > 0) return false;
  return spec.kind === 'droptail' || (spec.kind === 'composite' && spec.headerShare === null);
}
