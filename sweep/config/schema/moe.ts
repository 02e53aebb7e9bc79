import { z } from 'zod';
import { bytes, count, flag, kind, word } from './fields.ts';
import { common } from './workload-keys.ts';

const zipf = z.strictObject({
  kind: kind('zipf', 'The weight of the expert of popularity rank i is i^-s.'),
  s: z.number().min(0).max(10).meta({ description: 'Exponent; 0 is uniform.', example: 1 }),
  permute: flag('Popularity ranks are a random permutation of the experts; else expert 0 is the most popular.').default(true),
});

export const moe = z
  .strictObject({
    kind: kind('moe', 'Dispatch and combine of mixture-of-experts layers.'),
    layers: count('MoE layers, one after the other.', 4096).default(1),
    tokens: count('Tokens of each rank that enter a layer.', 2 ** 23, 128),
    hidden: count('Hidden size: values of one token.', 2 ** 20).default(7168),
    experts: count('Routed experts of a layer, spread evenly: a multiple of ranks.', 65_536, 256),
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
    routing: z
      .discriminatedUnion('kind', [z.strictObject({ kind: kind('uniform', 'Every expert is as likely.') }), zipf])
      .prefault({ kind: 'uniform' })
      .meta({ description: 'How tokens choose experts: without replacement, in proportion to weights.', shorthand: true }),
    capacity: word(['none'], 'Limit of tokens an expert takes.').default('none'),
    placement: word(
      ['linear', 'round-robin', 'random'],
      'Which rank holds expert e. linear: consecutive experts on one; round-robin: rank e mod ranks; random: a seeded permutation of linear.',
    ).default('linear'),
    scheme: word(
      ['per-expert', 'per-gpu'],
      'per-expert: one copy of a token a chosen expert; per-gpu: one copy a destination rank.',
    ).default('per-gpu'),
    ...common(),
  })
  .meta({ description: 'Mixture-of-experts traffic.' });
