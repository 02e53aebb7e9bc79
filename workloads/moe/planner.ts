import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import { applyCapacity } from './capacity.ts';
import { type Choices, drawChoices, NO_EXPERT } from './choices.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Exchange, Wave } from './layer-plan.ts';
import { destinations, placeExperts, type Placement } from './placement.ts';
import { RoutingFacts } from './routing-facts.ts';
import type { SourceGates } from './source-gates.ts';
import { chunkRange, countCopies, type TokenCopies, type TokenRange } from './token-copies.ts';

/** Turns the choices of tokens into exchanges: capacity, placement, replicas, chunks, scheme. */
export class Planner {
  readonly spec: MoeSpec;
  readonly seed: number;
  readonly groups: readonly ExpertGroup[];
  readonly facts = new RoutingFacts();
  readonly #gates: SourceGates | null;
  readonly #placements = new Map<number, Placement>();

  /** @param gates of the placements that look at an earlier batch; null: there is none to look at */
  constructor(spec: MoeSpec, seed: number, groups: readonly ExpertGroup[], gates: SourceGates | null) {
    this.spec = spec;
    this.seed = seed;
    this.groups = groups;
    this.#gates = gates;
  }

  /** Draws the tokens of a group in one layer of a pass. */
  draw(gates: SourceGates, group: ExpertGroup, pass: number, layer: number, tokens = this.spec.tokens): Choices {
    return drawChoices(group.size, tokens, this.spec.topk, (source) => gates({ pass, layer, rank: group.ranks[source]! }, 'moe-gating'));
  }

  /** Of a layer, the same in all groups and passes. Loads are those of an earlier batch of the first group. */
  placementOf(layer: number): Placement {
    const known = this.#placements.get(layer);
    if (known !== undefined) return known;
    const group = this.groups[0]!;
    const { tokens, topk } = this.spec;
    const history = (): Choices =>
      drawChoices(group.size, tokens, topk, (source) => this.#gates!({ pass: 0, layer, rank: group.ranks[source]! }, 'moe-gating-history'));
    const placement = placeExperts(this.spec, group, this.seed, history);
    this.#placements.set(layer, placement);
    return placement;
  }

  /** The member of each choice. */
  destinations(choices: Choices, placement: Placement, group: ExpertGroup): Int32Array {
    return destinations(choices, placement, this.spec.replication?.replica ?? 'round-robin', group);
  }

  /** The layer of a group whose tokens made these choices, chunk by chunk. */
  chunks(group: ExpertGroup, layer: number, choices: Choices, placement = this.placementOf(layer)): ChunkPlan[] {
    const { capacity, experts, scheme, chunks } = this.spec;
    const capped = capacity === null ? null : applyCapacity(choices, experts, capacity);
    const served = capped?.choices ?? choices;
    const destination = this.destinations(served, placement, group);
    const slots = capped !== null && capacity!.mode === 'pad' ? capped.slots : null;
    const ranges = Array.from({ length: chunks }, (_, c) => chunkRange(choices.tokens, c, chunks));
    const traffics = ranges.map((range, c) =>
      slots === null ? countCopies(served, destination, range, group, scheme) : padded(chunkRange(slots, c, chunks), placement, group),
    );
    this.facts.add(choices, experts, destination, capped?.dropped ?? 0, traffics, group);
    return traffics.map((traffic, c) => ({
      ...this.exchanges(traffic),
      work: slots === null ? this.work(served, destination, ranges[c]!, group) : columnSums(traffic, group),
      loadPs: null,
    }));
  }

  /** The four exchanges of copies that return the way they came. */
  exchanges(traffic: TokenCopies): Pick<ChunkPlan, 'dispatch' | 'combine' | 'gradientOfCombine' | 'gradientOfDispatch'> {
    const { dispatchBytesPerToken, combineBytesPerToken, backwardBytesPerToken } = this.spec;
    return {
      dispatch: [[toExperts('dispatch', traffic, dispatchBytesPerToken)]],
      combine: [[fromExperts('combine', traffic, combineBytesPerToken)]],
      gradientOfCombine: [[toExperts('gradient of combine', traffic, backwardBytesPerToken)]],
      gradientOfDispatch: [[fromExperts('gradient of dispatch', traffic, backwardBytesPerToken)]],
    };
  }

  /** Tokens that the experts of each member compute, each expert's rounded up to the alignment. */
  work({ sources, tokens, k, expert }: Choices, destination: Int32Array, { from, to }: TokenRange, { size }: ExpertGroup): Float64Array {
    const { experts, compute } = this.spec;
    const work = new Float64Array(size);
    if (compute === null) return work;
    const loads = new Map<number, number>();
    for (let source = 0; source < sources; source++) {
      for (let at = (source * tokens + from) * k; at < (source * tokens + to) * k; at++) {
        if (destination[at] === NO_EXPERT) continue;
        const key = destination[at]! * experts + expert[at]!;
        loads.set(key, (loads.get(key) ?? 0) + 1);
      }
    }
    for (const [key, load] of loads) work[Math.floor(key / experts)]! += Math.ceil(load / compute.alignment) * compute.alignment;
    return work;
  }

  /** Bytes of the weights of an expert. */
  expertBytes(): number {
    const { expert, hidden } = this.spec;
    return 3 * hidden * expert.inner * expert.weightBytes;
  }

  /** How long a rank takes to load so many experts. */
  loadPs(experts: number): number {
    return Math.round((experts * this.expertBytes() * 8e12) / this.spec.expert.loadBps);
  }
}

export const toExperts = (name: string, traffic: TokenCopies, bytesPerCopy: number): Exchange => ({
  name,
  direction: 'to-experts',
  traffic,
  bytesPerCopy,
});

export const fromExperts = (name: string, traffic: TokenCopies, bytesPerCopy: number): Exchange => ({
  name,
  direction: 'from-experts',
  traffic,
  bytesPerCopy,
});

/** No exchange at all. */
export const NO_WAVES: readonly Wave[] = [];

/** Every slot is sent, whoever is in it: so many from each source to each expert. */
function padded({ from, to }: TokenRange, { member }: Placement, { size, servers }: ExpertGroup): TokenCopies {
  const copies = new Int32Array(size * size);
  for (let s = 0; s < size; s++) for (const d of member) copies[s * size + d]! += to - from;
  return { copies, toServer: new Int32Array(size * servers) };
}

function columnSums({ copies }: TokenCopies, { size }: ExpertGroup): Float64Array {
  const sums = new Float64Array(size);
  copies.forEach((count, i) => (sums[i % size]! += count));
  return sums;
}
