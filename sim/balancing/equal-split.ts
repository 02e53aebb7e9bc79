import type { PathSlots } from './path-slots.ts';
import { slotOrder } from './path-slots.ts';
import type { PieceList } from './piece-list.ts';

/**
 * Ethereal's equal split: n - r flows whole, the last r = n mod W in `k` equal pieces each, all dealt round
 * robin over the W slots from `start`. Every slot gets n * f / W bytes if k is W / gcd(r, W); with a smaller k, a divisor of W,
 * two slots differ by at most one piece.
 *
 * @param members of the group, by their number at the host
 * @param order of the paths
 */
export function placeEqual(
  members: Int32Array,
  bytes: number,
  paths: PathSlots,
  order: Int32Array,
  start: number,
  k: number,
  remainder: 'spread' | 'last',
  pieces: PieceList,
): void {
  const slots = slotOrder(paths.weights, order);
  const n = members.length;
  const split = n % paths.slots;
  const whole = k === 1 ? n : n - split;
  let slot = start;
  for (let i = 0; i < whole; i++) {
    pieces.whole(members[i]!, paths.ids[slots[slot]!]!, bytes);
    if (++slot === paths.slots) slot = 0;
  }
  if (whole === n) return;

  const part = Math.floor(bytes / k);
  const rest = bytes - k * part;
  const blocks = paths.slots / k; // split flows i and i + blocks take the same slots
  const merged = new Float64Array(paths.ids.length);
  const used = new Int32Array(Math.min(k, paths.ids.length));
  for (let i = 0; i < split; i++) {
    let count = 0;
    // `spread` moves the larger pieces on by `rest` slots each time a block is used again, `last` never.
    const shift = remainder === 'spread' ? (Math.floor(i / blocks) * rest) % k : 0;
    for (let j = 0; j < k; j++) {
      const extra = remainder === 'spread' ? ((j - shift + k) % k < rest ? 1 : 0) : j === k - 1 ? rest : 0;
      const position = slots[slot]!;
      if (merged[position] === 0) used[count++] = position;
      merged[position]! += part + extra;
      if (++slot === paths.slots) slot = 0;
    }
    pieces.open(members[whole + i]!);
    for (let u = 0; u < count; u++) {
      pieces.push(paths.ids[used[u]!]!, merged[used[u]!]!);
      merged[used[u]!] = 0;
    }
  }
}
