import { z } from 'zod';
import { bytes, count, flag, integer, kind, rate, time, word } from './fields.ts';
import { routing } from './moe-routing.ts';
import { common } from './workload-keys.ts';

const limit = z
  .strictObject({
    groups: count('Groups of consecutive experts. They divide experts.', 65_536, 8),
    keep: count('Groups that the experts of a token lie in, at most.', 65_536, 4),
    score: word(['max', 'top2'], 'Of a group: its best expert, or the sum of its two best.').default('max'),
  })
  .optional()
  .meta({ description: 'Node-limited routing. Default: experts of any group.' });

const capacity = z
  .union([
    z.literal('none'),
    z.strictObject({
      factor: z.number().min(-1000).max(1000).meta({ description: 'Capacity factor; 0 and below for rule: tutel only.', example: 1.25 }),
      mode: word(['drop', 'pad'], 'drop: the tokens above it; pad: also send every slot full.').default('drop'),
      rule: word(['gshard', 'tutel'], 'gshard: of an expert over all sources; tutel: of an expert for each source.').default('gshard'),
      alignment: count('tutel: slots are a multiple of this.', 65_536).default(1),
    }),
  ])
  .default('none')
  .meta({ description: 'Limit of tokens that an expert takes.' });

const replication = z
  .strictObject({
    experts: count('Physical experts of a group: at least `experts`, and a multiple of its ranks.', 2 ** 20, 288),
    groups: count(
      'Groups of experts; where the servers divide them, replicas stay on their server. Default: limit.groups, else 1.',
    ).optional(),
    replica: word(
      ['round-robin', 'nearest'],
      'Which replica a source uses: one after the other; nearest: those on its own server if there are any.',
    ).default('round-robin'),
  })
  .optional()
  .meta({ description: 'Of placement: eplb.' });

const compute = z
  .strictObject({
    attention: time('All of a layer before its dispatch, for the tokens of one micro-batch.', { min: 0 }).prefault('0ns'),
    launch: time('Before each exchange.', { min: 0 }).prefault('0ns'),
    perToken: time('Of an expert, for each token. Either this or tflops.', { min: 0, example: '40ns' }).optional(),
    tflops: z.number().gt(0).max(1e6).optional().meta({
      description: 'Of a GPU, in 10^12 floating-point operations a second: an expert takes 6 * hidden * inner of them for a token.',
      example: 989,
    }),
    efficiency: z.number().gt(0).max(1).default(1).meta({ description: 'Part of tflops that is reached.', example: 0.6 }),
    alignment: count('Tokens of an expert are rounded up to a multiple of this.', 65_536).default(1),
  })
  .optional()
  .meta({ description: 'How long computation takes; twice as long in the backward pass. Default: no time.' });

const expert = z
  .strictObject({
    inner: count('Inner size of an expert: three matrices of hidden x inner.', 2 ** 20, 2048).default(2048),
    weights: word(['bf16', 'fp8'], 'Format of the weights.').default('bf16'),
    loadRate: rate('At which a GPU loads weights.').prefault('400Gbps'),
  })
  .prefault({})
  .meta({ description: 'What an expert is made of.' });

export const moe = z
  .strictObject({
    kind: kind('moe', 'Dispatch and combine of mixture-of-experts layers.'),
    layers: count('MoE layers, one after the other.', 4096).default(1),
    tokens: count('Tokens of each rank that enter a layer, in a micro-batch.', 2 ** 23, 128),
    hidden: count('Hidden size: values of one token.', 2 ** 20).default(7168),
    experts: count('Routed experts of a layer, spread evenly: a multiple of the ranks of a group.', 65_536, 256),
    topk: count('Experts chosen for each token. At most `experts`.', 65_536, 8),
    phase: word(['forward', 'training'], 'forward: dispatch and combine; training: also the two exchanges of the backward pass.').default(
      'forward',
    ),
    dispatch: bytes('Bytes of one token copy. fp8: hidden + hidden/128 * 4 + 16; bf16: 2 * hidden.', { words: ['fp8', 'bf16'] }).prefault(
      'fp8',
    ),
    combine: bytes('Bytes of one token copy. bf16: 2 * hidden; logfmt10: hidden * 10/8 + hidden/128 * 4.', {
      words: ['bf16', 'logfmt10'],
    }).prefault('bf16'),
    routing,
    limit,
    capacity,
    placement: word(
      ['linear', 'round-robin', 'random', 'eplb', 'repacked', 'co-activation'],
      'Which rank holds expert e. linear: consecutive experts on one; round-robin: rank e mod ranks; random: a seeded permutation of ' +
        'linear; eplb: by load, with replicas; repacked: the experts that premoe leaves, together; co-activation: what tokens use together.',
    ).default('linear'),
    replication,
    scheme: word(
      ['per-expert', 'per-gpu', 'per-node', 'two-step', 'all-gather'],
      'Copies of a token. per-expert: one a chosen expert; per-gpu: one a destination rank; per-node: one a server, forwarded inside; ' +
        'two-step: as per-expert, inside the servers and then between them; all-gather: one to every rank.',
    ).default('per-gpu'),
    counts: flag('Ranks tell each other before each dispatch how many tokens come.').default(false),
    overlap: z
      .strictObject({
        chunks: count('Parts of the tokens, whose exchanges and computations overlap.', 1024).default(1),
        microbatches: integer('Micro-batches, whose exchanges and computations overlap.', 1, 1024, 2).default(1),
      })
      .prefault({})
      .meta({ description: 'Overlap of communication and computation.' }),
    compute,
    expert,
    groupSize: count('Ranks of an expert-parallel group. Default: all ranks.', 2 ** 23, 8).optional(),
    layout: word(['contiguous', 'strided'], 'Ranks of a group: consecutive, or as far apart as there are groups.').default('contiguous'),
    ranksPerServer: count("Ranks of a server. Default: the topology's gpusPerServer, else 1.", 65_536, 8).optional(),
    ...common(),
  })
  .meta({ description: 'Mixture-of-experts traffic.' });
export type MoeConfig = z.output<typeof moe>;
