/** How many physical experts there are, and on what they are packed. */
export interface EplbShape {
  /** Physical experts: a multiple of the GPUs. */
  readonly physical: number;
  readonly groups: number;
  readonly nodes: number;
  readonly gpus: number;
}

/**
 * DeepSeek's Expert Parallelism Load Balancer: which expert stands in each physical slot; GPU g has the slots from g R/G on.
 * docs/moe.md has the procedure. Equal loads: the lower index first.
 *
 * @param loads estimated load of each expert
 */
export function eplb(loads: ArrayLike<number>, { physical, groups, nodes, gpus }: EplbShape): Int32Array {
  if (groups % nodes !== 0) return hierarchical(loads, { physical, groups: 1, nodes: 1, gpus });
  return hierarchical(loads, { physical, groups, nodes, gpus });
}

function hierarchical(loads: ArrayLike<number>, { physical, groups, nodes, gpus }: EplbShape): Int32Array {
  const groupSize = loads.length / groups;
  const sums = Array.from({ length: groups }, (_, g) => sum(loads, g * groupSize, (g + 1) * groupSize));
  const slots: number[] = [];
  for (const nodeGroups of pack(sums, nodes)) {
    const experts = nodeGroups.flatMap((g) => Array.from({ length: groupSize }, (_, i) => g * groupSize + i));
    const { replicas, counts } = replicate(experts, loads, physical / nodes);
    const packed = pack(
      replicas.map((e) => loads[e]! / counts.get(e)!),
      gpus / nodes,
    );
    for (const items of packed) for (const item of items) slots.push(replicas[item]!);
  }
  return Int32Array.from(slots);
}

/** Items of each of `bins` bins of equal size: the heaviest first, each into the lightest bin with room. One item a bin: in order. */
function pack(weights: readonly number[], bins: number): number[][] {
  const room = weights.length / bins;
  if (room === 1) return weights.map((_, item) => [item]);
  const order = weights.map((_, item) => item).sort((a, b) => weights[b]! - weights[a]! || a - b);
  const packed: number[][] = Array.from({ length: bins }, () => []);
  const filled = new Float64Array(bins);
  for (const item of order) {
    let lightest = -1;
    for (let bin = 0; bin < bins; bin++) {
      if (packed[bin]!.length < room && (lightest < 0 || filled[bin]! < filled[lightest]!)) lightest = bin;
    }
    packed[lightest]!.push(item);
    filled[lightest]! += weights[item]!;
  }
  return packed;
}

/** One replica of each expert, and one more for the expert of largest load a replica until there are `total`. */
function replicate(
  experts: readonly number[],
  loads: ArrayLike<number>,
  total: number,
): { replicas: number[]; counts: Map<number, number> } {
  const replicas = [...experts];
  const counts = new Map(experts.map((e) => [e, 1]));
  while (replicas.length < total) {
    const hottest = experts.reduce((best, e) => (loads[e]! / counts.get(e)! > loads[best]! / counts.get(best)! ? e : best));
    replicas.push(hottest);
    counts.set(hottest, counts.get(hottest)! + 1);
  }
  return { replicas, counts };
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}
