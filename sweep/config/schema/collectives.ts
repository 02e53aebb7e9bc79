import { z } from 'zod';
import { COLLECTIVE_ALGORITHMS, type CollectiveKind } from '../../../sim/base/collective-spec.ts';
import { bytes, count, flag, integer, kind, rate, word } from './fields.ts';
import { nccl } from './nccl.ts';
import { common } from './workload-keys.ts';

const root = integer('Rank that the data comes from or goes to; with groups the member of each group.', 0).default(0);
const channels = count(
  'Parallel rings (or chains, or pairs of trees), each with its own part of the data. Of a ring, chain or double binary tree.',
  64,
  4,
).default(1);
const bidirectional = flag('Each channel is two rings, one in each direction, with half of its data each. Of a ring.').default(false);
const chunks = count(
  'Parts that follow each other through the ring, chain, tree or switch, each passed on as soon as it is there. Of a ring, chain or tree, and of nvls.',
  65_536,
).default(1);
const window = count(
  'Messages of a rank that may be under way at once; the next waits until the one so many before it is acknowledged. Of direct (default: all), windowed (required) and nccl (8).',
).optional();
const reduceRate = rate(
  'What a rank adds in a second: a message that is added delays what depends on it by its length at this rate. Default: adding takes no time.',
).optional();
/** Keys of every collective. */
const shared = () => ({
  groups: z
    .strictObject({
      size: integer('Ranks of a group.', 2, 2 ** 23),
      stride: count('Distance of neighbours in a group.').default(1),
    })
    .optional()
    .meta({ description: 'The collective runs in every group of the ranks at once. Default: one of all ranks.' }),
  ranksPerServer: count('Rank r belongs to server floor(r / ranksPerServer). Default: as the topology has it.').optional(),
  pxn: flag(
    'A message to another rail (another place in another server) first goes to the rank of the own server that is on it, and from there over the network.',
  ).default(false),
  sync: word(
    ['local', 'step'],
    'local: a rank goes on when it has what it needs; step: all wait for each other, by empty messages, between any two steps.',
  ).default('local'),
  ...common(),
});

const block = <const K extends CollectiveKind, const S extends z.ZodRawShape>(name: K, keys: S) =>
  z
    .strictObject({ kind: kind(name, `The collective operation ${name}, by all ranks.`), ...keys, ...shared() })
    .meta({ description: `The collective operation ${name}.` });

const collective = <const K extends CollectiveKind, const S extends z.ZodRawShape>(name: K, keys: S) =>
  block(name, {
    algorithm: word(COLLECTIVE_ALGORITHMS[name], 'How the ranks exchange their data.').prefault(COLLECTIVE_ALGORITHMS[name][0]),
    ...keys,
  });

/** One that NCCL tunes; `words` are its algorithms and `auto`. */
const tuned = <const K extends CollectiveKind, const W extends readonly [string, ...string[]], const S extends z.ZodRawShape>(
  name: K,
  words: W,
  keys: S,
) =>
  block(name, {
    algorithm: word(words, 'How the ranks exchange their data. auto: as NCCL would choose (docs/nccl.md).').prefault(
      COLLECTIVE_ALGORITHMS[name][0],
    ),
    ...keys,
    nccl,
  });

const MATRIX = [
  ['0B', '1MiB'],
  ['2MiB', '0B'],
];

const size = (meaning: string) => bytes(`As nccl-tests counts it: ${meaning}`);

export const collectives = [
  tuned('all-reduce', [...COLLECTIVE_ALGORITHMS['all-reduce'], 'auto'], {
    size: size('the buffer of each rank.'),
    channels,
    bidirectional,
    chunks,
    window,
    order: word(['near-first', 'far-first'], 'Whom a rank sends its largest messages. Of halving-doubling.').optional(),
    dims: z
      .array(count('Ranks along a dimension.'))
      .min(1)
      .max(8)
      .optional()
      .meta({ description: 'Of torus: its dimensions, that of neighbouring ranks first. Their product is ranks.', example: [4, 4] }),
    reduceRate,
  }),
  tuned('all-gather', [...COLLECTIVE_ALGORITHMS['all-gather'], 'auto'], {
    size: size('the gathered buffer of each rank.'),
    channels,
    bidirectional,
    chunks,
    window,
  }),
  tuned('reduce-scatter', [...COLLECTIVE_ALGORITHMS['reduce-scatter'], 'auto'], {
    size: size('the buffer of each rank before the reduction.'),
    channels,
    bidirectional,
    chunks,
    window,
    reduceRate,
  }),
  tuned('broadcast', [...COLLECTIVE_ALGORITHMS.broadcast, 'auto'], { size: size('the buffer of the root.'), root, channels, chunks }),
  tuned('reduce', [...COLLECTIVE_ALGORITHMS.reduce, 'auto'], {
    size: size('the buffer of each rank.'),
    root,
    channels,
    chunks,
    reduceRate,
  }),
  collective('gather', { size: size('the buffer of the root.'), root }),
  collective('scatter', { size: size('the buffer of the root.'), root }),
  tuned('all-to-all', [...COLLECTIVE_ALGORITHMS['all-to-all'], 'auto'], {
    size: size('the send buffer of each rank; each peer gets size / ranks.'),
    window,
  }),
  collective('all-to-all-v', {
    sizes: z
      .array(z.array(bytes('From this rank to that one.', { min: 0 })))
      .min(2)
      .meta({ description: 'sizes[r][d] goes from rank r to rank d; what is on the diagonal stays.', example: MATRIX }),
    window,
  }).meta({ example: { kind: 'all-to-all-v', ranks: 2, sizes: MATRIX } }),
  collective('barrier', {}),
  collective('send-recv', { size: size('what each rank sends to the next one.') }),
] as const;
