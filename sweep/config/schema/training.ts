import { z } from 'zod';
import { GPU_NAMES, PARALLEL_DIMENSIONS } from '../../../sim/base/training-spec.ts';
import { MODEL_NAMES } from '../../../workloads/training/models.ts';
import { bytes, count, flag, integer, kind, time, word } from './fields.ts';
import { common } from './workload-keys.ts';

const own = (what: string) => count(`${what} Default: that of the preset.`, 2 ** 30).optional();

const model = z.union([
  z.enum(MODEL_NAMES).meta({ description: 'A published shape.' }),
  z.strictObject({
    preset: word(MODEL_NAMES, 'A published shape; the other keys replace parts of it.').optional(),
    layers: own('Transformer layers.'),
    hidden: own('Hidden size.'),
    heads: own('Attention heads.'),
    kvHeads: count('Heads of keys and values, fewer with grouped queries. Default: that of the preset, or `heads`.', 2 ** 30).optional(),
    headDim: count('Values of a head. Default: that of the preset, or hidden / heads.', 2 ** 30).optional(),
    ffn: count('Inner dimension of a dense feed-forward layer. Default: that of the preset, or 4 * hidden.', 2 ** 30).optional(),
    gated: flag('Three matrices (SwiGLU) in a dense feed-forward layer instead of two. Default: that of the preset, or false.').optional(),
    vocab: count(
      'Entries of the vocabulary. Default: that of the preset, or neither embedding nor output layer.',
      2 ** 30,
      51_200,
    ).optional(),
    sequence: own('Tokens of a sequence.'),
    experts: count('Routed experts of a layer. Default: those of the preset, or dense layers only.', 65_536, 64).optional(),
    topk: count('Experts of each token. Default: those of the preset.', 65_536, 2).optional(),
    expertFfn: own('Inner dimension of an expert.'),
    sharedExperts: integer('Experts that every token passes. Default: those of the preset, or 0.', 0, 65_536).optional(),
    latent: z
      .strictObject({
        queryRank: count('Rank of the projection of queries. Default: they are projected directly.', 2 ** 30).optional(),
        keyValueRank: count('Rank of the projection of keys and values.', 2 ** 30),
        nopeDim: count('Values of a query without a position.', 2 ** 30),
        ropeDim: count('Values of a query with a position.', 2 ** 30),
        valueDim: count('Values of a value.', 2 ** 30),
      })
      .optional()
      .meta({ description: 'Multi-head latent attention. Default: that of the preset, or none.' }),
    denseLayers: integer('The first so many layers have no experts. Default: those of the preset, or 0.', 0, 2 ** 30).optional(),
  }),
]);

const degree = (what: string) => count(what, 2 ** 23).default(1);

const parallel = z
  .strictObject({
    tensor: degree('Ranks that share the matrices of a layer.'),
    pipeline: degree('Pipeline stages.'),
    context: degree('Ranks that share a sequence.'),
    expert: degree('Ranks that share the experts of a layer: consecutive ones of a stage.'),
    data: count('Model replicas. Default, and the only possible value: ranks / (tensor x pipeline x context).').optional(),
    zero: integer('Stage of ZeRO: 1 shards the optimizer, 2 the gradients too, 3 the parameters too (FSDP).', 0, 3).default(0),
    sequenceParallel: flag('Reduce-scatter and all-gather in tensor groups in place of all-reduce.').default(false),
    interleave: degree('Model chunks of a stage (virtual pipeline stages).'),
    order: z
      .array(z.enum(PARALLEL_DIMENSIONS))
      .length(PARALLEL_DIMENSIONS.length)
      .default([...PARALLEL_DIMENSIONS])
      .meta({ description: 'Which ranks are neighbours: the dimension that varies fastest first.' }),
  })
  .prefault({})
  .meta({ description: 'How the model is divided among the ranks.' });

const compute = z
  .strictObject({
    gpu: word(GPU_NAMES, 'Published peaks of a GPU; times follow from a roofline.').optional(),
    utilisation: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .meta({ description: 'Part of the peak that matrices reach. Default: 0.5 (assumed).', example: 0.5 }),
    forward: time('Of one layer and micro-batch on a rank, in place of `gpu`.', { example: '1ms' }).optional(),
    backward: time('Of one layer and micro-batch on a rank. Default: twice `forward`.', { example: '2ms' }).optional(),
  })
  .meta({ description: 'How long a rank computes.', example: { gpu: 'h100' } });

const perValue = (what: string, value: string) => bytes(what, { example: '2B' }).prefault(value);

const precision = z
  .strictObject({
    weights: perValue('Of a parameter.', '2B'),
    activations: perValue('Of a value of an activation.', '2B'),
    gradients: perValue('Of a value of a gradient.', '4B'),
    dispatch: word(['bf16', 'fp8'], 'Token copies on their way to experts. bf16: 2 * hidden; fp8: hidden + hidden/128 * 4 + 16.').default(
      'bf16',
    ),
    combine: word(
      ['bf16', 'logfmt10'],
      'Token copies on their way back. bf16: 2 * hidden; logfmt10: hidden * 10/8 + hidden/128 * 4.',
    ).default('bf16'),
  })
  .prefault({})
  .meta({ description: 'Bytes of what is exchanged.' });

const algorithms = z
  .strictObject({
    tensor: word(['ring', 'direct'], 'Of tensor groups.').default('ring'),
    data: word(['ring', 'direct'], 'Of replicas, and of gathered keys and values.').default('ring'),
    expert: word(['direct', 'pairwise'], 'Of the all-to-alls of expert groups.').default('direct'),
  })
  .prefault({})
  .meta({ description: 'How the groups exchange their data.' });

export const training = z
  .strictObject({
    kind: kind('training', 'One iteration of training a transformer.'),
    model: model.meta({ description: 'A preset, or the shape.', example: 'gpt3-13b' }),
    batch: z
      .strictObject({
        global: count('Sequences of an iteration.', 2 ** 30, 64),
        micro: count('Sequences of a micro-batch.', 2 ** 30, 1).default(1),
      })
      .meta({ description: 'Sequences that an iteration trains on.' }),
    parallel,
    compute,
    precision,
    bucket: bytes('Gradients are exchanged in buckets of this size; so are the parameters of ZeRO 1 and 2.', { example: '160MB' }).prefault(
      '160MB',
    ),
    overlap: flag('Exchange gradients and parameters while computing.').default(true),
    mergeLayers: count('So many layers are simulated as one that computes and exchanges as much as all of them.', 4096, 1).default(1),
    contextExchange: word(
      ['ring', 'all-gather'],
      'Keys and values in context groups. ring: passed round while computing; all-gather: before computing.',
    ).default('ring'),
    algorithms,
    ...common(),
  })
  .meta({ description: 'An iteration of training.' });
