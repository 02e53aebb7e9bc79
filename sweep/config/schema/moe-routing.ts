import { z } from 'zod';
import { count, flag, integer, kind, word } from './fields.ts';

const sequenceLength = (description = 'Tokens of a sequence.') => count(description, 2 ** 23, 512);

const uniform = z.strictObject({ kind: kind('uniform', 'Every expert is as likely.') });

const zipf = z.strictObject({
  kind: kind('zipf', 'The weight of the expert of popularity rank i is i^-s.'),
  s: z.number().min(0).max(10).meta({ description: 'Exponent; 0 is uniform.', example: 1 }),
  permute: flag('Popularity ranks are a random permutation of the experts; else expert 0 is the most popular.').default(true),
});

const dirichlet = z.strictObject({
  kind: kind('dirichlet', 'Weights are a draw from a symmetric Dirichlet distribution.'),
  a: z.number().gt(0).max(1e6).meta({ description: 'Concentration; the smaller, the more unequal.', example: 14 }),
  scope: word(['layer', 'gpu', 'sequence'], 'Who has weights of its own: each layer, each source rank, each sequence.').default('layer'),
  sequenceLength: sequenceLength('Tokens of a sequence, for scope: sequence.').default(512),
});

/** Ready-made skews. */
export const PRESETS = ['balanced', 'resilient', 'medium', 'concentrated', 'mock'] as const;
const preset = (name: (typeof PRESETS)[number], description: string) => z.strictObject({ kind: kind(name, description) });
const presets = [
  preset('balanced', 'uniform.'),
  preset('resilient', 'dirichlet with a = 29.'),
  preset('medium', 'dirichlet with a = 14.'),
  preset('concentrated', 'dirichlet with a = 4.'),
  preset('mock', 'zipf with s = 0.5.'),
] as const;

const base = z
  .discriminatedUnion('kind', [uniform, zipf, dirichlet, ...presets])
  .prefault({ kind: 'uniform' })
  .meta({ description: 'The gate below: its weights are the popularity of the experts.', shorthand: true });

const sticky = z.strictObject({
  kind: kind('sticky', 'A token may repeat the experts of the one before it.'),
  rho: z.number().min(0).max(1).meta({ description: 'Probability of a repetition.', example: 0.5 }),
  sequenceLength: sequenceLength().default(512),
  base,
});

const hotRank = z.strictObject({
  kind: kind('hot-rank', 'One rank of a group receives more than the others.'),
  ratio: z.number().min(1).max(1000).meta({ description: 'Times the mean of the others.', example: 2 }),
  rank: integer('Its number in the expert-parallel group.', 0).default(0),
});

const trace = z.strictObject({
  kind: kind('trace', 'Recorded experts of each token: CSV with the header token,layer,e0,.. or JSON lines.'),
  path: z.string().min(1).meta({ description: 'File, relative to the folder of the config file.', example: 'routing.csv' }),
  sparse: flag('(token, layer) pairs may be missing: no warning.').default(false),
});

const thor = z.strictObject({
  kind: kind('thor', 'THOR: no gate, one random expert. topk is 1.'),
  level: word(['batch', 'token', 'sentence'], 'What a draw holds for.').default('batch'),
  sequenceLength: sequenceLength('Tokens of a sentence, for level: sentence.').default(32),
  sharedDraw: flag('All ranks draw the same.').default(true),
  move: word(['tokens', 'parameters'], 'What travels: tokens to the expert, or its weights to the tokens.').default('tokens'),
});

const readMe = z.strictObject({
  kind: kind('read-me', 'Read-ME: one expert a token for all layers, known before they run. topk is 1.'),
  base,
  maxExpertsPerBatch: count('Experts that a batch of a group touches, at most.', 65_536, 8),
  window: count('Tokens that wait at a rank. Default: tokens.', 2 ** 23, 2048).optional(),
  maxWait: count('A token that has waited for so many batches goes first. Default: no limit.', 2 ** 20).optional(),
  lookahead: integer('Layers ahead in which the experts of a layer are known.', 0, 4096).default(1),
  cache: count('Experts that a rank has room for, at first none; absent: all of its own are there from the start.', 65_536).optional(),
  migrate: word(['once', 'per-layer'], 'once: a token stays with its expert until the last layer; per-layer: it returns in each.').default(
    'per-layer',
  ),
});

const expertflow = z.strictObject({
  kind: kind('expertflow', 'ExpertFlow: predicted experts, tokens of similar routes in one micro-batch.'),
  base,
  accuracy: z.number().min(0).max(1).meta({ description: 'Probability that a true expert was predicted.', example: 0.9 }),
  groups: count('Micro-batches that the tokens of a window form.', 4096),
  window: count('Tokens of a rank that are regrouped together. Default: tokens.', 2 ** 23, 512).optional(),
  onMiss: word(
    ['second-dispatch', 'fetch-expert'],
    'Of a wrong prediction: a second dispatch behind the first one, or the missing expert is loaded.',
  ).default('second-dispatch'),
});

const premoe = z.strictObject({
  kind: kind('premoe', 'PreMoe: only the most popular experts are left.'),
  base,
  keep: count('Experts of a layer that are left.', 65_536, 32),
  repack: flag('They move together on as few GPUs as held as many. Default: true with placement: repacked.').optional(),
  taskSwitchEvery: count(
    'Micro-batches of a task; at a switch the weights of its experts are loaded. Default: one task.',
    2 ** 20,
  ).optional(),
});

const t2mir = z.strictObject({
  kind: kind('t2mir', 'T2MIR: token-wise and task-wise experts in parallel. experts and topk are their sums.'),
  tokenExperts: count('Token-wise experts.', 32_768).default(6),
  tokenK: count('Of them for each token.', 32_768, 2).default(2),
  taskExperts: count('Task-wise experts.', 32_768).default(8),
  taskK: count('Of them for each token.', 32_768, 2).default(2),
  hard: flag('All tokens of a sequence use the same task-wise experts.').default(true),
  sequenceLength: sequenceLength().default(128),
  tasksPerGpu: count('Tasks that the sequences of a rank belong to in turn.', 2 ** 20).default(1),
  channels: word(['shared', 'separate'], 'Both kinds in one exchange, or in two at the same time.').default('shared'),
});

export const routing = z
  .discriminatedUnion('kind', [uniform, zipf, dirichlet, ...presets, sticky, hotRank, trace, thor, readMe, expertflow, premoe, t2mir])
  .prefault({ kind: 'uniform' })
  .meta({ description: 'How tokens choose experts: without replacement, in proportion to weights; or a named system.', shorthand: true });
export type RoutingConfig = z.output<typeof routing>;
export type BaseConfig = z.output<typeof base>;
