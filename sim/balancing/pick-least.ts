import type { PacketStreams } from '../base/random.ts';

/** Index of one of the least of the first `count` values, uniformly: one draw of stream `i` if there are several. */
export function pickLeast(values: Float64Array, count: number, draws: PacketStreams, i: number): number {
  let least = values[0]!;
  let ties = 1;
  for (let k = 1; k < count; k++) {
    const value = values[k]!;
    if (value < least) {
      least = value;
      ties = 1;
    } else if (value === least) {
      ties++;
    }
  }
  let left = ties === 1 ? 0 : draws.below(i, ties);
  for (let k = 0; ; k++) if (values[k] === least && left-- === 0) return k;
}
