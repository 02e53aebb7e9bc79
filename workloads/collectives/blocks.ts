/**
 * First byte of block `i` when `bytes` are cut into `parts` blocks: floor(i * bytes / parts). Block i has
 * floor((i+1) n/p) - floor(i n/p) bytes, so sizes differ by one byte at most and every byte belongs to one block.
 * The product i * bytes is never formed: it could pass 2^53.
 */
export function blockStart(i: number, bytes: number, parts: number): number {
  const quotient = Math.floor(bytes / parts);
  return i * quotient + Math.floor((i * (bytes - quotient * parts)) / parts);
}

/** Bytes of the `count` consecutive blocks from `first` on. */
export function blockBytes(first: number, count: number, bytes: number, parts: number): number {
  return blockStart(first + count, bytes, parts) - blockStart(first, bytes, parts);
}

/** The largest power of two that is not above `n`. */
export function powerOfTwoBelow(n: number): number {
  let power = 1;
  while (power * 2 <= n) power *= 2;
  return power;
}
