import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { type Block, partBlocks } from './blocks.ts';
import { dataDegree, microBatches } from './layout.ts';

/** Messages of an iteration that can be laid out, without making them; every part of every exchange has a byte. */
export function trainingMessages(spec: TrainingSpec): number {
  const { parallel, ranks } = spec;
  const { pipeline, interleave, context, expert, tensor, zero } = parallel;
  const lanes = ranks / pipeline;
  const replicas = { dense: dataDegree(spec) * context, experts: (dataDegree(spec) * context * tensor) / expert };
  const passes = microBatches(spec);
  let perLane = 2 * (pipeline * interleave - 1) * passes;
  for (let part = 0; part < pipeline * interleave; part++) {
    const blocks = partBlocks(spec, part);
    for (const block of blocks) perLane += passes * messagesOfPasses(spec, block);
    for (const kind of ['dense', 'experts'] as const) {
      const parameters = (block: Block): number => (kind === 'dense' ? block.denseParameters : block.expertParameters);
      const total = blocks.reduce((sum, block) => sum + parameters(block), 0);
      const buckets = (bytes: number): number => Math.ceil((total * bytes) / spec.bucketBytes);
      const rounds = zero >= 2 ? passes : 1;
      const gradients = rounds * buckets(spec.precision.gradientBytes) * (zero === 0 ? 2 : 1);
      const gathers =
        zero === 0
          ? 0
          : zero === 3
            ? 2 * passes * blocks.filter((block) => parameters(block) > 0).length
            : buckets(spec.precision.weightBytes);
      perLane += (gradients + gathers) * (replicas[kind] - 1);
    }
  }
  return lanes * perLane;
}

/** Of one lane in a forward and a backward pass. */
function messagesOfPasses({ parallel, contextExchange }: TrainingSpec, { hasExperts, hasDense }: Block): number {
  const { tensor, context, expert } = parallel;
  const sliced = hasDense ? 2 : 1;
  const keysAndValues = context === 1 ? 0 : contextExchange === 'ring' ? 2 * (context - 1) + context : 3 * (context - 1);
  return 2 * sliced * 2 * (tensor - 1) + keysAndValues + (hasExperts ? 4 * (expert - 1) : 0);
}
