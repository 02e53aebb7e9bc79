import { PARALLEL_DIMENSIONS, type TrainingSpec } from '../../sim/base/training-spec.ts';
import { dataDegree } from './layout.ts';

/** What makes a training step impossible: the key below `workload`, what is wrong, and what to do. */
export interface LayoutProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
}

const divides = (divisor: number, number: number): boolean => number % divisor === 0;

/** Everything that cannot be laid out; later ones are only sought where what they build on is right. */
export function layoutProblems(spec: TrainingSpec): LayoutProblem[] {
  const found: LayoutProblem[] = [];
  const say = (path: readonly (string | number)[], message: string, hint: string): void => void found.push({ path, message, hint });
  const { model, parallel, batch, ranks } = spec;
  const { tensor, pipeline, context, expert, interleave, order, sequenceParallel } = parallel;
  checkModel(spec, say);
  if (new Set(order).size !== PARALLEL_DIMENSIONS.length) {
    say(['parallel', 'order'], `the order ${order.join(', ')} is no permutation`, `each of ${PARALLEL_DIMENSIONS.join(', ')} once`);
  }
  if (!divides(pipeline * interleave, model.layers)) {
    const stages = interleave === 1 ? `${pipeline} stages` : `${pipeline} stages of ${interleave} chunks`;
    say(['parallel', 'pipeline'], `${model.layers} layers in ${stages}`, 'the layers must be a multiple of stages times chunks');
  }
  if (interleave > 1 && pipeline === 1) say(['parallel', 'interleave'], 'an interleaved pipeline of 1 stage', 'at least 2 stages');
  if (sequenceParallel && tensor === 1) {
    say(['parallel', 'sequenceParallel'], 'sequence parallelism without tensor parallelism', 'at least tensor: 2');
  }
  if (model.moe !== null && tensor > 1 && !sequenceParallel) {
    say(
      ['parallel', 'sequenceParallel'],
      'expert layers with tensor parallelism alone',
      'set sequenceParallel: true, so that each token is routed once',
    );
  }
  if (!divides(tensor * pipeline * context, ranks)) {
    const product = `${tensor} x ${pipeline} x ${context}`;
    say(
      ['parallel'],
      `${ranks} ranks in replicas of ${product} (tensor x pipeline x context)`,
      'the ranks must be a multiple of that product',
    );
    return found;
  }
  const data = dataDegree(spec);
  if (!divides(expert, ranks / pipeline)) {
    say(['parallel', 'expert'], `groups of ${expert} among the ${ranks / pipeline} ranks of a stage`, 'a divisor of them');
  }
  if (!divides(data * batch.micro, batch.global)) {
    say(
      ['batch', 'global'],
      `${batch.global} sequences in micro-batches of ${batch.micro} on ${data} replicas`,
      `a multiple of ${data * batch.micro}`,
    );
  } else if (interleave > 1 && !divides(pipeline, batch.global / (data * batch.micro))) {
    const count = batch.global / (data * batch.micro);
    say(['batch', 'global'], `${count} micro-batches in an interleaved pipeline of ${pipeline} stages`, 'a multiple of the stages');
  }
  return found;
}

function checkModel({ model, parallel }: TrainingSpec, say: (path: readonly string[], message: string, hint: string) => void): void {
  const { heads, kvHeads, ffn, sequence, moe } = model;
  const { tensor, context, expert, sequenceParallel } = parallel;
  const groups = `groups of ${tensor} (parallel.tensor)`;
  if (!divides(tensor, heads)) say(['model', 'heads'], `${heads} heads in ${groups}`, `a multiple of ${tensor}`);
  if (!divides(kvHeads, heads)) say(['model', 'kvHeads'], `${heads} heads share ${kvHeads} of keys and values`, 'a divisor of the heads');
  if (!divides(tensor, kvHeads) && !divides(kvHeads, tensor)) {
    say(['model', 'kvHeads'], `${kvHeads} heads of keys and values in ${groups}`, 'a divisor or a multiple');
  }
  if (!divides(tensor, ffn)) say(['model', 'ffn'], `a feed-forward width of ${ffn} in ${groups}`, `a multiple of ${tensor}`);
  const parts = context * (sequenceParallel ? tensor : 1);
  if (!divides(parts, sequence)) say(['model', 'sequence'], `a sequence of ${sequence} tokens in ${parts} parts`, `a multiple of ${parts}`);
  if (moe === null) {
    if (expert > 1)
      say(['parallel', 'expert'], `groups of ${expert} for a model without experts`, 'leave it out, or give the model experts');
    return;
  }
  if (moe.topk > moe.experts) say(['model', 'topk'], `${moe.topk} of ${moe.experts} experts`, `at most ${moe.experts}`);
  if (!divides(expert, moe.experts))
    say(['parallel', 'expert'], `${moe.experts} experts in groups of ${expert}`, 'a divisor of the experts');
  if (moe.denseLayers > model.layers)
    say(['model', 'denseLayers'], `${moe.denseLayers} of ${model.layers} layers`, `at most ${model.layers}`);
}
