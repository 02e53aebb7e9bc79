import type { PathSlots } from './path-slots.ts';
import { slotOrder } from './path-slots.ts';
import type { PieceList } from './piece-list.ts';

/**
 * Ethereal's split into the fewest sub-flows, n + S - gcd(n, S): n - r flows whole, then the last r laid end
 * to end and cut where the share of one path ends. Cuts lie on multiples of f / k; with k = W / gcd(r, W) they all do by
 * themselves and the balance is exact (within a byte), with a smaller k each cut moves to the nearest multiple.
 *
 * @param members of the group, by their number at the host
 * @param order of the paths
 */
export function placeFewest(members: Int32Array, bytes: number, paths: PathSlots, order: Int32Array, k: number, pieces: PieceList): void {
  const n = members.length;
  const split = n % paths.slots;
  const whole = n - split;
  if (whole > 0) {
    const slots = slotOrder(paths.weights, order);
    for (let i = 0; i < whole; i++) pieces.whole(members[i]!, paths.ids[slots[i % paths.slots]!]!, bytes);
  }
  if (split === 0) return;

  const cuts = cutUnits(paths, order, split, k);
  let j = 0;
  for (let i = 0; i < split; i++) {
    pieces.open(members[whole + i]!);
    const begin = i * k;
    for (let x = begin; x < begin + k;) {
      while (cuts[j + 1]! <= x) j++;
      const end = Math.min(begin + k, cuts[j + 1]!);
      pieces.push(paths.ids[order[j]!]!, Math.floor(((end - begin) * bytes) / k) - Math.floor(((x - begin) * bytes) / k));
      x = end;
    }
  }
}

/** Most pieces of one flow that `placeFewest` makes. */
export function mostPiecesOfFewest(paths: PathSlots, order: Int32Array, split: number, k: number): number {
  const cuts = cutUnits(paths, order, split, k);
  const inside = new Int32Array(split);
  let last = 0;
  for (let j = 1; j < order.length; j++) {
    const cut = cuts[j]!;
    if (cut > last && cut % k !== 0) inside[Math.floor(cut / k)]!++;
    last = Math.max(last, cut);
  }
  return 1 + inside.reduce((most, count) => Math.max(most, count), 0);
}

/** Ends of the paths' shares of `split` flows, in units of 1/k flow; one more entry than paths. */
function cutUnits(paths: PathSlots, order: Int32Array, split: number, k: number): Float64Array {
  const cuts = new Float64Array(order.length + 1);
  let share = 0;
  for (let j = 0; j < order.length; j++) {
    share += paths.weights[order[j]!]!;
    cuts[j + 1] = Math.round((split * k * share) / paths.slots);
  }
  return cuts;
}
