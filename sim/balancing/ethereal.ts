import { InternalError } from '../base/errors.ts';
import { setupStream, type SetupStream } from '../base/random.ts';
import type { EtherealSpec } from '../base/balancer-spec.ts';
import type { Schedule } from '../base/schedule.ts';
import type { Topology } from '../base/topology.ts';
import { placeEqual } from './equal-split.ts';
import { mostPiecesOfFewest, placeFewest } from './fewest-split.ts';
import type { MessageBalancer } from './message-balancer.ts';
import { pathOrder, pathSlots, type PathSlots } from './path-slots.ts';
import type { PieceList } from './piece-list.ts';
import { greatestCommonDivisor } from './weights.ts';

/**
 * Ethereal (arXiv 2407.00550 v2): single paths, balanced by the sender. The sends of one host and phase are one batch; in it, the
 * sends to one leaf of one size are a group, spread evenly over the surviving paths to that leaf by cutting the few flows that do
 * not come out even. No host knows what another one does. Rack-local sends are neither cut nor pinned.
 *
 * Where `minPiece` or `maxPieces` forbids the exact cut, the group is uneven by up to one piece. Such groups take the paths in
 * rotation instead of shuffled: each host starts where the one before it stopped if all send alike, so that their remainders interlock,
 * in a rack on its up links and in a pod on those above.
 */
export class Ethereal implements MessageBalancer {
  limitedFlows = 0;
  readonly #topology: Topology;
  readonly #schedule: Schedule;
  readonly #spec: EtherealSpec;
  readonly #seed: number;
  readonly #minPieceBytes: number;
  readonly #maxPieces: number;
  readonly #dstTor: Int32Array;
  /** By destination ToR. */
  readonly #slots = new Map<number, PathSlots>();
  #slotsOfTor = -1;

  constructor(topology: Topology, schedule: Schedule, spec: EtherealSpec, seed: number, mtuBytes: number) {
    this.#topology = topology;
    this.#schedule = schedule;
    this.#spec = spec;
    this.#seed = seed;
    this.#minPieceBytes = spec.minPieceBytes ?? mtuBytes;
    this.#maxPieces = spec.maxPieces ?? Infinity;
    this.#dstTor = schedule.peer.map((rank) => (rank < 0 ? -1 : topology.torOfHost[topology.hostOfRank[rank]!]!));
  }

  planHost(host: number, sends: Int32Array, pieces: PieceList): void {
    if (sends.length === 0) return;
    const { phase, bytes } = this.#schedule;
    const dstTor = this.#dstTor;
    const srcTor = this.#topology.torOfHost[host]!;
    const leaving = new Int32Array(sends.length);
    let count = 0;
    for (let m = 0; m < sends.length; m++) {
      if (dstTor[sends[m]!] === srcTor) pieces.whole(m, -1, bytes[sends[m]!]!);
      else leaving[count++] = m;
    }
    if (count === 0) return;

    // In the order of (phase, leaf, size), batches, destinations and groups are ranges.
    const members = leaving.subarray(0, count).sort((a, b) => {
      const x = sends[a]!;
      const y = sends[b]!;
      return phase[x]! - phase[y]! || dstTor[x]! - dstTor[y]! || bytes[x]! - bytes[y]! || a - b;
    });
    const stream = setupStream(this.#seed, 'ethereal', host);
    const sameUntil = (from: number, end: number, values: Int32Array | Float64Array): number => {
      let to = from + 1;
      while (to < end && values[sends[members[to]!]!] === values[sends[members[from]!]!]) to++;
      return to;
    };
    for (let batch = 0; batch < count;) {
      const batchEnd = sameUntil(batch, count, phase);
      const destinations: number[] = [];
      for (let from = batch; from < batchEnd; from = sameUntil(from, batchEnd, dstTor)) destinations.push(from);
      if (this.#spec.shuffleDestinations) stream.shuffle(destinations);
      let limitedGroups = 0;
      for (const destination of destinations) {
        const destinationEnd = sameUntil(destination, batchEnd, dstTor);
        for (let from = destination; from < destinationEnd;) {
          const to = sameUntil(from, destinationEnd, bytes);
          const first = sends[members[from]!]!;
          const turn = host + phase[first]! + limitedGroups;
          const paths = this.#pathSlots(srcTor, dstTor[first]!);
          if (this.#placeGroup(members.subarray(from, to), bytes[first]!, paths, stream, turn, pieces)) limitedGroups++;
          from = to;
        }
      }
      batch = batchEnd;
    }
  }

  /** Places one group; true if a limit kept it from the exact cut. `turn` counts the groups whose remainders should interlock. */
  #placeGroup(members: Int32Array, bytes: number, paths: PathSlots, stream: SetupStream, turn: number, pieces: PieceList): boolean {
    const { split, shuffleFlows, shufflePaths, remainder } = this.#spec;
    if (shuffleFlows) stream.shuffle(members);
    const shuffle = shufflePaths ? stream : null;
    const pathCount = paths.ids.length;
    if (split === 'none') {
      const order = pathOrder(pathCount, 0, shuffle);
      placeEqual(members, bytes, paths, order, stream.integer(paths.slots), 1, remainder, pieces);
      return false;
    }

    const rest = members.length % paths.slots;
    const wanted = paths.slots / greatestCommonDivisor(rest, paths.slots);
    const k = this.#allowedPieces(wanted, rest, bytes, paths);
    const isLimited = k < wanted && bytes > 0;
    if (isLimited) this.limitedFlows += rest;
    // With fewer pieces than slots no path gets two, and nothing is gained by another cut than into equal ones.
    if (split === 'equal' || (isLimited && rest * k < paths.slots)) {
      const start = isLimited ? (turn * rest * k) % paths.slots : 0;
      placeEqual(members, bytes, paths, pathOrder(pathCount, 0, isLimited ? null : shuffle), start, k, remainder, pieces);
    } else {
      placeFewest(members, bytes, paths, isLimited ? pathOrder(pathCount, turn, null) : pathOrder(pathCount, 0, shuffle), k, pieces);
    }
    return isLimited;
  }

  /** The largest divisor of W up to `wanted` that both limits allow; 1, a whole flow, is always allowed. */
  #allowedPieces(wanted: number, rest: number, bytes: number, paths: PathSlots): number {
    for (let k = wanted; k > 1; k--) {
      if (paths.slots % k !== 0 || Math.floor(bytes / k) < this.#minPieceBytes) continue;
      if (this.#maxPieces >= k) return k;
      if (this.#spec.split === 'fewest') {
        const order = pathOrder(paths.ids.length, 0, null);
        if (mostPiecesOfFewest(paths, order, rest, k) <= this.#maxPieces) return k;
      }
    }
    return 1;
  }

  /** Hosts come ToR by ToR: the slots of one source ToR at a time are kept. */
  #pathSlots(srcTor: number, dstTor: number): PathSlots {
    if (srcTor !== this.#slotsOfTor) this.#slots.clear();
    this.#slotsOfTor = srcTor;
    let slots = this.#slots.get(dstTor);
    if (slots === undefined) {
      const paths = this.#topology.pathsBetween(srcTor, dstTor);
      if (paths.ids.length === 0)
        throw new InternalError('E930', `no path from ToR ${srcTor} to ToR ${dstTor}: assertConnected comes first`);
      slots = pathSlots(paths, this.#spec.weights);
      this.#slots.set(dstTor, slots);
    }
    return slots;
  }
}
