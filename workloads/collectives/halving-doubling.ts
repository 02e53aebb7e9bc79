import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { type Blocks, type Data, evenBlocks, powerOfTwoBelow } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';
import { gatherBlocks } from './rooted.ts';

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
  readonly #members: number;
  readonly #root: number;
  /** Which member of a folding pair stays: the upper one, or the lower one so that the root does. */
  readonly #stays: 0 | 1;

  constructor(members: number, stays: 0 | 1 = 1, root = 0) {
    this.virtualMembers = powerOfTwoBelow(members);
    this.folded = members - this.virtualMembers;
    this.#members = members;
    this.#root = root;
    this.#stays = stays;
  }

  /** The member behind virtual member v: of the pairs those that stay, then the rest. */
  member(v: number): number {
    return ((v < this.folded ? 2 * v + this.#stays : v + this.folded) + this.#root) % this.#members;
  }

  /** The member of pair `pair` that drops out. */
  dropped(pair: number): number {
    return (2 * pair + 1 - this.#stays + this.#root) % this.#members;
  }
}

/** A range of blocks [first, end) for each virtual member. */
interface Ranges {
  readonly first: Int32Array;
  readonly end: Int32Array;
}

/** State of one call: its blocks, and the step under way. */
class Exchange {
  readonly #call: CollectiveCall;
  readonly #folding: Folding;
  readonly #blocks: Blocks;
  #step: number;

  constructor(call: CollectiveCall, folding: Folding, blocks: Blocks, firstStep = 0) {
    this.#call = call;
    this.#folding = folding;
    this.#blocks = blocks;
    this.#step = firstStep;
  }

  get step(): number {
    return this.#step;
  }

  /** One step in which virtual member v sends range [first(v), end(v)) to v xor mask. */
  swap(mask: number, { first, end }: Ranges, action: BlockAction): void {
    for (let v = 0; v < this.#folding.virtualMembers; v++) this.#send(v, v ^ mask, this.#range(first[v]!, end[v]!), action);
    this.#call.endStep();
    this.#step++;
  }

  /** The same where v adds to data that it sends itself. */
  swapAndAdd(mask: number, dataOf: (v: number) => Data): void {
    for (let v = 0; v < this.#folding.virtualMembers; v++) this.#send(v, v ^ mask, dataOf(v), 'reduce');
    this.#call.endExchange();
    this.#step++;
  }

  /** Members that drop out send everything to the other of their pair, which adds it. */
  fold(parts: number): void {
    this.#pairs((pair) => [this.#folding.dropped(pair), this.#folding.member(pair), this.#range(0, parts)], 'reduce');
  }

  /** They get blocks [first, end) of the result. */
  unfold(range: (pair: number) => readonly [first: number, end: number]): void {
    this.#pairs((pair) => [this.#folding.member(pair), this.#folding.dropped(pair), this.#range(...range(pair))], 'copy');
  }

  #pairs(message: (pair: number) => readonly [src: number, dst: number, data: Data], action: BlockAction): void {
    if (this.#folding.folded === 0) return;
    for (let pair = 0; pair < this.#folding.folded; pair++) {
      const [src, dst, data] = message(pair);
      if (data.length > 0) this.#call.sendInOrder(this.#step, src, dst, data, action);
    }
    this.#call.endStep();
    this.#step++;
  }

  #range(first: number, end: number): Data {
    return this.#blocks.of(first, end - first);
  }

  #send(v: number, partner: number, data: Data, action: BlockAction): void {
    if (data.length > 0) this.#call.sendInOrder(this.#step, this.#folding.member(v), this.#folding.member(partner), data, action);
  }
}

/** Powers of two below `members`, ascending. */
function masks(members: number): number[] {
  const all: number[] = [];
  for (let mask = 1; mask < members; mask *= 2) all.push(mask);
  return all;
}

const everything = (members: number, parts: number): Ranges => ({
  first: new Int32Array(members),
  end: new Int32Array(members).fill(parts),
});

/**
 * All-reduce: fold; halving with masks 1, 2, .., p2/2 (v and v xor mask split the range they share; the one whose bit is 0 keeps the
 * lower half and adds what it receives); doubling with the same masks in reverse order; unfold. The vector is cut into p2 blocks.
 * `far-first`: masks p2/2, .., 2, 1.
 */
export function halvingDoublingAllReduce(call: CollectiveCall, sizeBytes: number, { order = 'near-first' }: CollectiveShape): void {
  const folding = new Folding(call.size);
  const members = folding.virtualMembers;
  const exchange = new Exchange(call, folding, evenBlocks(sizeBytes, members));
  const held = everything(members, members);
  const halving = order === 'near-first' ? masks(members) : masks(members).reverse();

  exchange.fold(members);
  for (const mask of halving) {
    const sent: Ranges = { first: held.first.slice(), end: held.end.slice() };
    for (let v = 0; v < members; v++) {
      const middle = (held.first[v]! + held.end[v]!) / 2;
      const keepsLower = (v & mask) === 0;
      (keepsLower ? sent.first : sent.end)[v] = middle;
      (keepsLower ? held.end : held.first)[v] = middle;
    }
    exchange.swap(mask, sent, 'reduce');
  }
  for (const mask of halving.toReversed()) {
    exchange.swap(mask, held, 'copy');
    const before: Ranges = { first: held.first.slice(), end: held.end.slice() };
    for (let v = 0; v < members; v++) {
      held.first[v] = Math.min(before.first[v]!, before.first[v ^ mask]!);
      held.end[v] = Math.max(before.end[v]!, before.end[v ^ mask]!);
    }
  }
  exchange.unfold(() => [0, members]);
}

/** All-reduce: fold; with masks 1, 2, .., p2/2 v and v xor mask exchange the whole vector and both add it; unfold. */
export function recursiveDoublingAllReduce(call: CollectiveCall, sizeBytes: number): void {
  const folding = new Folding(call.size);
  const vector = evenBlocks(sizeBytes, 1);
  const exchange = new Exchange(call, folding, vector);
  exchange.fold(1);
  for (const mask of masks(folding.virtualMembers)) exchange.swapAndAdd(mask, () => vector.of(0));
  exchange.unfold(() => [0, 1]);
}

/** Halving with masks p2/2, .., 2, 1: each keeps the half that holds its own blocks, [firstBlock(v), firstBlock(v + 1)). */
function halve(exchange: Exchange, members: number, firstBlock: (v: number) => number): void {
  for (const mask of masks(members).reverse()) {
    const sent: Ranges = { first: new Int32Array(members), end: new Int32Array(members) };
    for (let v = 0; v < members; v++) {
      const partnersHalf = (v ^ mask) & ~(mask - 1);
      sent.first[v] = firstBlock(partnersHalf);
      sent.end[v] = firstBlock(partnersHalf + mask);
    }
    exchange.swap(mask, sent, 'reduce');
  }
}

/** Virtual member v ends with blocks [firstBlock(v), firstBlock(v + 1)): its own, and that of the neighbour it absorbed. */
const ownBlocks = (folded: number) => (v: number) => v + Math.min(v, folded);

/**
 * Reduce-scatter: fold; halving with masks p2/2, .., 2, 1 over the p blocks; members that absorbed a neighbour own two blocks and return
 * one at the end.
 */
export function recursiveHalvingReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  const folding = new Folding(call.size);
  const exchange = new Exchange(call, folding, evenBlocks(sizeBytes, call.size));
  exchange.fold(call.size);
  halve(exchange, folding.virtualMembers, ownBlocks(folding.folded));
  exchange.unfold((pair) => [2 * pair, 2 * pair + 1]);
}

/**
 * Reduce-scatter: fold; with masks 1, 2, .., p2/2 v sends v xor mask all blocks but those of its own group of `mask` virtual members, which
 * nobody outside needs any more; return as above. Sums are formed in the order of the members, as operators that do not commute need it.
 */
export function recursiveDoublingReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  const p = call.size;
  const folding = new Folding(p);
  const blocks = evenBlocks(sizeBytes, p);
  const exchange = new Exchange(call, folding, blocks);
  const firstBlock = ownBlocks(folding.folded);
  exchange.fold(p);
  for (const mask of masks(folding.virtualMembers)) {
    exchange.swapAndAdd(mask, (v) => {
      const first = firstBlock(v & ~(mask - 1));
      const end = firstBlock((v & ~(mask - 1)) + mask);
      return [...blocks.of(0, first), ...blocks.of(end, p - end)];
    });
  }
  exchange.unfold((pair) => [2 * pair, 2 * pair + 1]);
}

/**
 * Reduce (Rabenseifner): members are numbered from the root on and the odd ones of the folding pairs drop out, so that the root is virtual
 * member 0; halving over p2 blocks; binomial gather to virtual member 0.
 */
export function rabenseifnerReduce(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const folding = new Folding(call.size, 0, root);
  const members = folding.virtualMembers;
  const blocks = evenBlocks(sizeBytes, members);
  const exchange = new Exchange(call, folding, blocks);
  exchange.fold(members);
  halve(exchange, members, (v) => v);
  gatherBlocks(
    call,
    exchange.step,
    members,
    (v, count) => blocks.of(v, count),
    (v) => folding.member(v),
  );
}

/**
 * All-gather: in step k member r exchanges with r xor 2^k the 2^k blocks it holds, those from floor(r / 2^k) * 2^k on.
 * The number of members must be a power of two.
 */
export function recursiveDoublingAllGather(call: CollectiveCall, blocks: Blocks, firstStep = 0): void {
  const members = call.size;
  const exchange = new Exchange(call, new Folding(members), blocks, firstStep);
  for (const mask of masks(members)) {
    const held: Ranges = { first: new Int32Array(members), end: new Int32Array(members) };
    for (let r = 0; r < members; r++) {
      held.first[r] = r & ~(mask - 1);
      held.end[r] = held.first[r]! + mask;
    }
    exchange.swap(mask, held, 'copy');
  }
}
