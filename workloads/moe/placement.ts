import type { MoeSpec, ReplicationSpec } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { type Choices, expertLoads, NO_EXPERT } from './choices.ts';
import { eplb } from './eplb.ts';
import type { ExpertGroup } from './groups.ts';

/** Which members of a group hold each expert: those of expert e are member[first[e] .. first[e + 1]). */
export interface Placement {
  readonly first: Int32Array;
  readonly member: Int32Array;
}

/**
 * Which rank holds each expert, for all layers: `linear` floor(e * ranks / experts), consecutive experts on one rank; `round-robin`
 * e mod ranks; `random` a seeded permutation of linear. Counts differ by at most one expert a rank.
 */
export function expertRanks(
  { experts, ranks, placement }: { experts: number; ranks: number; placement: 'linear' | 'round-robin' | 'random' },
  seed: number,
): Int32Array {
  if (placement === 'round-robin') return Int32Array.from({ length: experts }, (_, e) => e % ranks);
  const linear = Int32Array.from({ length: experts }, (_, e) => Math.floor((e * ranks) / experts));
  return placement === 'linear' ? linear : setupStream(seed, 'moe-expert-placement', 0).shuffle(linear);
}

/** Every expert on one member. */
export const single = (member: Int32Array): Placement => ({
  first: Int32Array.from({ length: member.length + 1 }, (_, e) => e),
  member,
});

/**
 * The placement of a layer.
 *
 * @param history choices of an earlier batch, for the placements that look at loads
 */
export function placeExperts(spec: MoeSpec, group: ExpertGroup, seed: number, history: () => Choices): Placement {
  const { experts, placement, replication } = spec;
  switch (placement) {
    case 'eplb':
      return replicated(expertLoads(history(), experts), replication!, group);
    case 'co-activation':
      return single(coActivation(history(), experts, group.size));
    default:
      return single(expertRanks({ experts, ranks: group.size, placement }, seed));
  }
}

function replicated(loads: Float64Array, { physical, groups }: ReplicationSpec, { size, servers }: ExpertGroup): Placement {
  const slots = eplb(loads, { physical, groups, nodes: servers, gpus: size });
  const perGpu = physical / size;
  const members: number[][] = Array.from(loads, () => []);
  slots.forEach((e, slot) => members[e]!.push(Math.floor(slot / perGpu)));
  const first = new Int32Array(loads.length + 1);
  members.forEach((own, e) => (first[e + 1] = first[e]! + own.length));
  return { first, member: Int32Array.from(members.flat()) };
}

/**
 * Experts that are used together on one GPU: each GPU in turn takes the most loaded expert that is left, then again and again the one
 * that shares most tokens with those it has, until it holds its share. Ties: the higher load, then the lower index.
 */
export function coActivation({ expert, k }: Choices, experts: number, gpus: number): Int32Array {
  const together = new Float64Array(experts * experts);
  for (let at = 0; at < expert.length; at += k) {
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const [a, b] = [expert[at + i]!, expert[at + j]!];
        if (a !== NO_EXPERT && b !== NO_EXPERT) together[a * experts + b]!++;
      }
    }
  }
  const load = Float64Array.from({ length: experts }, (_, e) => together[e * experts + e]!);
  const gpuOf = new Int32Array(experts).fill(-1);
  for (let gpu = 0; gpu < gpus; gpu++) {
    const shared = new Float64Array(experts);
    const room = Math.floor(((gpu + 1) * experts) / gpus) - Math.floor((gpu * experts) / gpus);
    for (let n = 0; n < room; n++) {
      let best = -1;
      for (let e = 0; e < experts; e++) {
        if (gpuOf[e]! >= 0) continue;
        if (best < 0 || shared[e]! > shared[best]! || (shared[e] === shared[best] && load[e]! > load[best]!)) best = e;
      }
      gpuOf[best] = gpu;
      for (let e = 0; e < experts; e++) shared[e]! += together[best * experts + e]!;
    }
  }
  return gpuOf;
}

/**
 * The member that each choice goes to; NO_EXPERT where there is none. Of several replicas a source takes one after another, each source
 * from another one on; with `nearest`, of those on its own server if there are any.
 */
export function destinations(choices: Choices, placement: Placement, replica: ReplicationSpec['replica'], group: ExpertGroup): Int32Array {
  const { sources, tokens, k, expert } = choices;
  const { first, member } = placement;
  const experts = first.length - 1;
  const destination = new Int32Array(expert.length);
  const turn = new Int32Array(experts);
  let at = 0;
  for (let source = 0; source < sources; source++) {
    turn.fill(source);
    const server = group.serverOf[source]!;
    for (const end = at + tokens * k; at < end; at++) {
      const e = expert[at]!;
      if (e === NO_EXPERT) {
        destination[at] = NO_EXPERT;
        continue;
      }
      const from = first[e]!;
      const count = first[e + 1]! - from;
      if (count === 1) {
        destination[at] = member[from]!;
        continue;
      }
      const all = member.subarray(from, from + count);
      const near = replica === 'nearest' ? all.filter((m) => group.serverOf[m] === server) : all;
      const among = near.length > 0 ? near : all;
      destination[at] = among[turn[e]!++ % among.length]!;
    }
  }
  return destination;
}
