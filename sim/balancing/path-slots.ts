import type { SetupStream } from '../base/random.ts';
import type { PathSet } from '../base/topology.ts';
import { slotWeights } from './weights.ts';

/**
 * The paths of one pair of ToRs as slots of equal share: path p owns `weights[p]` of the W = `slots` slots. With equal capacities
 * every path owns one slot and W is the number of paths.
 */
export interface PathSlots {
  readonly ids: Int32Array;
  readonly weights: Int32Array;
  readonly slots: number;
}

/** @param byCapacity false: every path owns one slot */
export function pathSlots(paths: PathSet, byCapacity: boolean): PathSlots {
  const weights = byCapacity ? slotWeights(paths.capacityBps) : new Int32Array(paths.ids.length).fill(1);
  return { ids: paths.ids, weights, slots: weights.reduce((sum, w) => sum + w, 0) };
}

/** Positions 0..paths-1, from `start` on cyclically; with a stream, shuffled. */
export function pathOrder(paths: number, start: number, stream: SetupStream | null): Int32Array {
  const order = new Int32Array(paths);
  for (let i = 0; i < paths; i++) order[i] = (start + i) % paths;
  return stream === null ? order : stream.shuffle(order);
}

/**
 * Path position of each slot. A path's slots lie as far apart as possible: its i-th slot is sorted by (i + 0.5) / weight,
 * ties in the order given.
 */
export function slotOrder(weights: Int32Array, order: Int32Array): Int32Array {
  if (weights.every((w) => w === 1)) return order;
  const slots: { position: number; place: number }[] = [];
  for (const position of order) {
    const weight = weights[position]!;
    for (let i = 0; i < weight; i++) slots.push({ position, place: (i + 0.5) / weight });
  }
  slots.sort((a, b) => a.place - b.place); // stable: ties keep the order of the paths
  return Int32Array.from(slots, (slot) => slot.position);
}
