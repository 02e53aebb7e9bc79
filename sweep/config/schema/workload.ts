import { z } from 'zod';
import { COLLECTIVE_ALGORITHMS } from '../../../sim/base/scenario.ts';
import { bytes, count, flag, integer, kind, time, word } from './fields.ts';
import { lateRanks } from './late-ranks.ts';

const common = () => ({
  ranks: count('Ranks that take part. At most the hosts of the topology. Default: every host.').optional(),
  ...lateRanks,
});

const collective = <const K extends keyof typeof COLLECTIVE_ALGORITHMS>(name: K, sizeMeaning: string) =>
  z
    .strictObject({
      kind: kind(name, `The collective operation ${name}, by all ranks.`),
      algorithm: word(COLLECTIVE_ALGORITHMS[name], 'How the ranks exchange their data.').prefault(COLLECTIVE_ALGORITHMS[name][0]),
      size: bytes(`As nccl-tests counts it: ${sizeMeaning}`),
      ...common(),
    })
    .meta({ description: `The collective operation ${name}.` });

const permutation = z
  .strictObject({
    kind: kind('permutation', 'Every rank sends one flow to another rank; every rank receives one.'),
    pattern: z
      .union([
        z.literal('random'),
        z.strictObject({ shift: integer('Rank r sends to r + shift mod ranks.', -(2 ** 23), 2 ** 23) }),
        z.strictObject({
          multiply: integer('Rank r sends to multiply * r + add mod ranks. Without common divisor with ranks.', 1, 2 ** 23),
          add: integer('See multiply.', -(2 ** 23), 2 ** 23),
        }),
      ])
      .default('random')
      .meta({ description: 'random (seeded, without fixed points), { shift: n }, or { multiply: m, add: a }.' }),
    size: bytes('Of each flow.'),
    ...common(),
  })
  .meta({ description: 'A permutation of the ranks.' });

const incast = z
  .strictObject({
    kind: kind('incast', 'Several ranks send to one at once.'),
    senders: count('Sending ranks. At most ranks - 1.'),
    receiver: integer('Receiving rank.', 0).default(0),
    size: bytes("Of each sender's flow."),
    ...common(),
  })
  .meta({ description: 'Many to one.' });

const flows = z
  .strictObject({
    kind: kind('flows', 'Flows written out one by one.'),
    flows: z
      .array(
        z.strictObject({
          src: integer('Sending rank.', 0, Number.MAX_SAFE_INTEGER, 0),
          dst: integer('Receiving rank; not the sender.', 0),
          size: bytes('Payload.'),
          start: time('When the flow is posted.', { min: 0 }).prefault('0ns'),
        }),
      )
      .min(1)
      .meta({ description: 'The flows.' }),
    ...common(),
  })
  .meta({ description: 'Inline flows.' });

const zipf = z.strictObject({
  kind: kind('zipf', 'The weight of the expert of popularity rank i is i^-s.'),
  s: z.number().min(0).max(10).meta({ description: 'Exponent; 0 is uniform.', example: 1 }),
  permute: flag('Popularity ranks are a random permutation of the experts; else expert 0 is the most popular.').default(true),
});

const moe = z
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

const path = (meaning: string, example: string) =>
  z
    .string()
    .min(1)
    .meta({ description: `${meaning} Relative to the folder of the config file.`, example });

const htsimFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('htsim', 'Connection matrix (.cm) of htsim.'),
    path: path('The file.', 'flows.cm'),
    htsim: z
      .strictObject({
        startUnit: word(['us', 'ps'], 'Unit of `start`; programs differ. Required when any start is not 0.').optional(),
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'An htsim connection matrix.' });

const chakraFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('chakra', 'Chakra execution traces, one a rank.'),
    path: path(
      'Prefix of the traces: rank r is read from <path>.<r>.et, from 0 on until one is missing. Or one file that ends in .json.',
      'traces/step',
    ),
    chakra: z
      .strictObject({
        durationUnit: word(['us', 'ns'], 'Unit of duration_micros; some converters write nanoseconds.').default('us'),
        deps: word(['both', 'data'], 'both: data and control dependencies; data: as the feeder shipped with Chakra.').default('both'),
        missingDeps: word(['error', 'drop'], 'A dependency on a node that is not in the file.').default('error'),
        missingComm: word(['error', 'replay'], 'A collective without size; replay: take its duration.').default('error'),
        allReduce: word(COLLECTIVE_ALGORITHMS['all-reduce'], 'Algorithm of all-reduce nodes.').default('ring'),
        allGather: word(COLLECTIVE_ALGORITHMS['all-gather'], 'Algorithm of all-gather nodes.').default('ring'),
        reduceScatter: word(COLLECTIVE_ALGORITHMS['reduce-scatter'], 'Algorithm of reduce-scatter nodes.').default('ring'),
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'Chakra execution traces.' });

export const workload = z
  .discriminatedUnion('kind', [
    collective('all-reduce', 'the buffer of each rank.'),
    collective('all-gather', 'the gathered buffer of each rank.'),
    collective('reduce-scatter', 'the buffer of each rank before the reduction.'),
    collective('all-to-all', 'the send buffer of each rank; each peer gets size / ranks.'),
    permutation,
    incast,
    flows,
    moe,
    z.discriminatedUnion('format', [htsimFile, chakraFile]),
  ])
  .meta({ description: 'What the ranks send to each other.' });
export type WorkloadConfig = z.output<typeof workload>;
