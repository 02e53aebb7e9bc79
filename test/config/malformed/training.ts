import type { MalformedConfig } from './base.ts';
import { withWorkload } from './base.ts';

/** A training step of GPT-3 13B on the 4 ranks of the valid config; `keys` replaces parts of it. */
const step = (keys: string, model = '{ preset: gpt3-13b, layers: 4 }'): string =>
  withWorkload(`{ kind: training, model: ${model}, batch: { global: 4 }, compute: { gpu: h100 }${keys} }`);

/** Training steps that contradict themselves. */
export const TRAINING: readonly MalformedConfig[] = [
  {
    name: 'a misspelt model',
    content: step('', 'gpt3-13'),
    error: '8:36 workload.model: unknown word "gpt3-13" (did you mean "gpt3-13b"?)',
  },
  {
    name: 'a model without a sequence',
    content: step('', '{ layers: 2, hidden: 64, heads: 8 }'),
    error: '8:36 workload.model: a model without sequence (give sequence, or a preset)',
  },
  {
    name: 'ranks that make no whole replica',
    content: step(', parallel: { tensor: 8 }'),
    error:
      '8:125 workload.parallel: 4 ranks in replicas of 8 x 1 x 1 (tensor x pipeline x context) (the ranks must be a multiple of that product)',
  },
  {
    name: 'layers that the stages do not divide',
    content: step(', parallel: { pipeline: 4 }', '{ preset: gpt3-13b, layers: 6 }'),
    error: '8:137 workload.parallel.pipeline: 6 layers in 4 stages (the layers must be a multiple of stages times chunks)',
  },
  {
    name: 'replicas that do not fit',
    content: step(', parallel: { data: 2 }'),
    error: '8:133 workload.parallel.data: 2 replicas; 4 ranks make 4 (leave it out, or change ranks)',
  },
  {
    name: 'a batch that replicas cannot share',
    content: withWorkload('{ kind: training, model: gpt3-13b, batch: { global: 6 }, compute: { gpu: h100 } }'),
    error: '8:63 workload.batch.global: 6 sequences in micro-batches of 1 on 4 replicas (a multiple of 4)',
  },
  {
    name: 'neither a GPU nor times',
    content: withWorkload('{ kind: training, model: gpt3-13b, batch: { global: 4 }, compute: { } }'),
    error: '8:77 workload.compute: neither a GPU nor times (give gpu: h100, or forward and backward)',
  },
  {
    name: 'top-k without experts',
    content: step('', '{ preset: gpt3-13b, topk: 2 }'),
    error: '8:62 workload.model.topk: topk without experts (give experts too)',
  },
];
