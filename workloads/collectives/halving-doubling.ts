import { blockBytes, powerOfTwoBelow } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';

/**
 * The halving and doubling family (Rabenseifner; Thakur, Rabenseifner, Gropp, "Optimization of Collective Communication Operations in
 * MPICH", 2005). The core runs on p2 = 2^floor(lg p) virtual members; with p - p2 = rem left over, even members r < 2 rem first fold
 * their vector into r+1 and drop out, and get their result from it at the end.
 *
 * Empty blocks are not sent: a range that is empty at one step stays empty.
 */
class Folding {
  readonly virtualMembers: number;
  readonly folded: number;

  constructor(members: number) {
    this.virtualMembers = powerOfTwoBelow(members);
    this.folded = members - this.virtualMembers;
  }

  /** The member behind virtual member v: odd members below 2 rem, then the rest. */
  member(v: number): number {
    return v < this.folded ? 2 * v + 1 : v + this.folded;
  }
}

/** A range of blocks [first, end) for each virtual member. */
interface Ranges {
  readonly first: Int32Array;
  readonly end: Int32Array;
}

/** State of one call: `parts` blocks, and the step under way. */
class Exchange {
  readonly #call: CollectiveCall;
  readonly #folding: Folding;
  readonly #sizeBytes: number;
  readonly #parts: number;
  #step = 0;

  constructor(call: CollectiveCall, folding: Folding, sizeBytes: number, parts: number) {
    this.#call = call;
    this.#folding = folding;
    this.#sizeBytes = sizeBytes;
    this.#parts = parts;
  }

  /** One step in which virtual member v sends range [first(v), end(v)) to v xor mask. */
  swap(mask: number, sent: Ranges, action: BlockAction): void {
    for (let v = 0; v < this.#folding.virtualMembers; v++) {
      this.#send(this.#folding.member(v), this.#folding.member(v ^ mask), sent.first[v]!, sent.end[v]!, action);
    }
    this.#endStep();
  }

  /** Even members below 2 rem send everything to their odd neighbour, which adds it. */
  fold(): void {
    if (this.#folding.folded === 0) return;
    for (let pair = 0; pair < this.#folding.folded; pair++) this.#send(2 * pair, 2 * pair + 1, 0, this.#parts, 'reduce');
    this.#endStep();
  }

  /** The odd neighbour returns blocks [first, end) of the result. */
  unfold(range: (pair: number) => readonly [number, number]): void {
    if (this.#folding.folded === 0) return;
    for (let pair = 0; pair < this.#folding.folded; pair++) this.#send(2 * pair + 1, 2 * pair, ...range(pair), 'copy');
    this.#endStep();
  }

  #send(src: number, dst: number, first: number, end: number, action: BlockAction): void {
    const bytes = blockBytes(first, end - first, this.#sizeBytes, this.#parts);
    if (bytes > 0) this.#call.sendInOrder(this.#step, src, dst, bytes, first, end - first, action);
  }

  #endStep(): void {
    this.#call.endStep();
    this.#step++;
  }
}

/** Powers of two below `members`, ascending. */
function masks(members: number): number[] {
  const all: number[] = [];
  for (let mask = 1; mask < members; mask *= 2) all.push(mask);
  return all;
}

/**
 * All-reduce: fold; halving with masks 1, 2, .., p2/2 (v and v xor mask split the range they share; the one whose bit is 0 keeps the
 * lower half and adds what it receives); doubling with the same masks in reverse order; unfold. The vector is cut into p2 blocks.
 */
export function halvingDoublingAllReduce(call: CollectiveCall, sizeBytes: number): void {
  const folding = new Folding(call.size);
  const members = folding.virtualMembers;
  const exchange = new Exchange(call, folding, sizeBytes, members);
  const held: Ranges = { first: new Int32Array(members), end: new Int32Array(members).fill(members) };

  exchange.fold();
  for (const mask of masks(members)) {
    const sent: Ranges = { first: held.first.slice(), end: held.end.slice() };
    for (let v = 0; v < members; v++) {
      const middle = (held.first[v]! + held.end[v]!) / 2;
      const keepsLower = (v & mask) === 0;
      (keepsLower ? sent.first : sent.end)[v] = middle;
      (keepsLower ? held.end : held.first)[v] = middle;
    }
    exchange.swap(mask, sent, 'reduce');
  }
  for (const mask of masks(members).reverse()) {
    exchange.swap(mask, held, 'copy');
    const before: Ranges = { first: held.first.slice(), end: held.end.slice() };
    for (let v = 0; v < members; v++) {
      held.first[v] = Math.min(before.first[v]!, before.first[v ^ mask]!);
      held.end[v] = Math.max(before.end[v]!, before.end[v ^ mask]!);
    }
  }
  exchange.unfold(() => [0, members]);
}

/**
 * Reduce-scatter: fold; halving with masks p2/2, .., 2, 1 over the p blocks (each keeps the half that holds its own blocks); members that
 * absorbed a neighbour own two blocks and return one at the end.
 */
export function recursiveHalvingReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  const folding = new Folding(call.size);
  const members = folding.virtualMembers;
  const exchange = new Exchange(call, folding, sizeBytes, call.size);
  // Virtual member v ends with blocks [firstBlock(v), firstBlock(v + 1)): its own, and that of the neighbour it absorbed.
  const firstBlock = (v: number): number => v + Math.min(v, folding.folded);

  exchange.fold();
  for (const mask of masks(members).reverse()) {
    const sent: Ranges = { first: new Int32Array(members), end: new Int32Array(members) };
    for (let v = 0; v < members; v++) {
      const partnersHalf = (v ^ mask) & ~(mask - 1);
      sent.first[v] = firstBlock(partnersHalf);
      sent.end[v] = firstBlock(partnersHalf + mask);
    }
    exchange.swap(mask, sent, 'reduce');
  }
  exchange.unfold((pair) => [2 * pair, 2 * pair + 1]);
}

/**
 * All-gather: in step k member r exchanges with r xor 2^k the 2^k blocks it holds, those from floor(r / 2^k) * 2^k on.
 * The number of members must be a power of two.
 */
export function recursiveDoublingAllGather(call: CollectiveCall, sizeBytes: number): void {
  const members = call.size;
  const exchange = new Exchange(call, new Folding(members), sizeBytes, members);
  for (const mask of masks(members)) {
    const held: Ranges = { first: new Int32Array(members), end: new Int32Array(members) };
    for (let r = 0; r < members; r++) {
      held.first[r] = r & ~(mask - 1);
      held.end[r] = held.first[r]! + mask;
    }
    exchange.swap(mask, held, 'copy');
  }
}
