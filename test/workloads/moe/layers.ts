import { type MoeSpec, PLAIN_MOE, type WeightRouting } from '../../../sim/base/moe-spec.ts';
import { type Choices, expertLoads } from '../../../workloads/moe/choices.ts';
import { expertGroups } from '../../../workloads/moe/groups.ts';
import { Planner } from '../../../workloads/moe/planner.ts';
import { type SourceGates, weightedGates } from '../../../workloads/moe/source-gates.ts';

/** 64 GPUs, 256 experts, top-8: the shape of the published calibrations. */
export const base: MoeSpec = {
  ...PLAIN_MOE,
  kind: 'moe',
  layers: 1,
  tokens: 512,
  experts: 256,
  topk: 8,
  phase: 'forward',
  hidden: 7168,
  dispatchBytesPerToken: 7408,
  combineBytesPerToken: 14336,
  backwardBytesPerToken: 14336,
  routing: { kind: 'uniform' },
  placement: 'linear',
  scheme: 'per-gpu',
  ranks: 64,
};

/** A layer of gates in the first group: its choices, X, tokens to servers, loads of experts, and facts. */
export function drawLayer(
  spec: MoeSpec,
  seed: number,
  layer = 0,
  gates: SourceGates = weightedGates(spec, spec.routing as WeightRouting, seed),
) {
  const groups = expertGroups(spec);
  const planner = new Planner(spec, seed, groups, gates);
  const choices: Choices = planner.draw(gates, groups[0]!, 0, layer);
  const [chunk] = planner.chunks(groups[0]!, layer, choices);
  const { copies, toServer } = chunk!.dispatch[0]![0]!.traffic;
  const facts = planner.facts.facts();
  return { group: groups[0]!, choices, copies, toServer, expertTokens: expertLoads(choices, spec.experts), facts };
}

export const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
export const mean = (values: readonly number[]): number => total(values) / values.length;

/** C(n, k) / C(m, k) for n <= m, as a product. */
const chooseRatio = (n: number, m: number, k: number): number =>
  Array.from({ length: k }, (_, i) => (n - i) / (m - i)).reduce((product, factor) => product * factor, 1);

/** Probability that a token meets a given device among D, experts evenly spread (closed form 4a). */
export const meets = (experts: number, k: number, devices: number): number => 1 - chooseRatio(experts - experts / devices, experts, k);
