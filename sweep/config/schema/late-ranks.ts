import { z } from 'zod';
import { time } from './fields.ts';

/** Keys of a workload that say when its ranks begin. */
export const lateRanks = {
  start: time('When its ranks begin.', { min: 0, example: '10us' }).optional(),
  startJitter: time('Each rank begins later by a uniform whole number of nanoseconds up to this.', {
    min: 0,
    step: 1000,
    example: '1us',
  }).optional(),
  stragglers: z
    .strictObject({
      fraction: z.number().gt(0).max(1).meta({ description: 'Of the ranks, at least one, drawn at random.', example: 0.1 }),
      delay: time('They begin so much later.').optional(),
      slowdown: z.number().gt(1).max(1000).optional().meta({
        description: 'Their computations last so many times as long. Only for training steps and traces, which have computations.',
        example: 1.5,
      }),
    })
    .optional()
    .meta({ description: 'Ranks that are late or slow.', example: { fraction: 0.1, delay: '10us' } }),
};
