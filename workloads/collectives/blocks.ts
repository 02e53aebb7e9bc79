/** `bytes` of a collective's data from `from` on; docs/collectives.md says what lies where. */
export interface Piece {
  readonly from: number;
  readonly bytes: number;
}

/** What a message carries, without empty pieces. */
export type Data = readonly Piece[];

/** The data of a collective in blocks. */
export interface Blocks {
  /** Blocks first .. first + count - 1; `count` is 1 by default. */
  of(first: number, count?: number): Data;
}

export const bytesOf = (data: Data): number => (data.length === 1 ? data[0]!.bytes : data.reduce((sum, { bytes }) => sum + bytes, 0));

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

/** `bytes` from `from` on, cut into `parts` blocks. */
export function evenBlocks(bytes: number, parts: number, from = 0): Blocks {
  return {
    of(first, count = 1) {
      const start = blockStart(first, bytes, parts);
      const length = blockStart(first + count, bytes, parts) - start;
      return length === 0 ? [] : [{ from: from + start, bytes: length }];
    },
  };
}

/** Part `i` of `parts` of a piece. */
export function partOf({ from, bytes }: Piece, i: number, parts: number): Piece {
  return { from: from + blockStart(i, bytes, parts), bytes: blockBytes(i, 1, bytes, parts) };
}

/** Of every block its part `i` of `parts`. */
export function partOfBlocks(blocks: Blocks, i: number, parts: number): Blocks {
  if (parts === 1) return blocks;
  const cut = (block: number): Data =>
    blocks
      .of(block)
      .map((piece) => partOf(piece, i, parts))
      .filter(({ bytes }) => bytes > 0);
  return { of: (first, count = 1) => (count === 1 ? cut(first) : upTo(count).flatMap((k) => cut(first + k))) };
}

/** Blocks first .. first + count - 1 of `parts`, counted round: block `parts` is block 0 again. */
export function roundBlocks(blocks: Blocks, first: number, count: number, parts: number): Data {
  const start = ((first % parts) + parts) % parts;
  if (start + count <= parts) return blocks.of(start, count);
  return [...blocks.of(start, parts - start), ...blocks.of(0, start + count - parts)];
}

/** 0 .. n-1. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The largest power of two that is not above `n`. */
export function powerOfTwoBelow(n: number): number {
  let power = 1;
  while (power * 2 <= n) power *= 2;
  return power;
}
