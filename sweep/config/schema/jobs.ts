import { z } from 'zod';
import { SIZE_NAMES } from '../../../sim/base/job-spec.ts';
import { balancer } from './balancer.ts';
import { bytes, integer, time, word } from './fields.ts';
import { lateRanks } from './late-ranks.ts';
import { transport } from './transport.ts';
import { workload } from './workload.ts';

const ranks = z
  .union([
    z.strictObject({
      from: integer('The first rank.', 0, 2 ** 23),
      count: integer('How many ranks, one after the other.', 1, 2 ** 23, 4),
    }),
    z.array(integer('A rank.', 0, 2 ** 23)).min(1),
  ])
  .optional()
  .meta({
    description: 'Ranks of the fabric that take part, as { from, count } or one by one. Default: every host.',
    example: { from: 0, count: 4 },
  });

const traffic = {
  ranks,
  balancer: balancer.optional().meta({ description: 'Default: the top-level balancer.', shorthand: true, sameAs: 'balancer' }),
  transport: transport.optional().meta({ description: 'Default: the top-level transport.', shorthand: true, sameAs: 'transport' }),
  class: integer('Traffic class of the data, 1 to 7: a queue of its own in switches.', 1, 7, 3).default(3),
};

export const jobs = z
  .array(
    z.strictObject({
      name: z
        .string()
        .regex(/^(?!background$)[\p{L}\p{N}_.-]{1,40}$/u)
        .meta({
          description: 'Name in results: 1 to 40 letters, digits, dots, dashes or underscores; not `background`.',
          example: 'training',
        }),
      workload: workload.meta({ description: 'What its ranks send to each other.', shorthand: true, sameAs: 'workload' }),
      ...traffic,
      ...lateRanks,
    }),
  )
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Several workloads on one fabric, in place of `workload`.' });

const probability = z.number().gt(0).max(1).meta({ description: 'Probability of a size up to this. The last one is 1.', example: 1 });

export const background = z
  .strictObject({
    load: z.number().gt(0).max(1).meta({ description: 'Payload that each rank offers, as a part of its host link.', example: 0.3 }),
    sizes: z.union([z.enum(SIZE_NAMES), z.array(z.strictObject({ size: bytes('A size.'), probability })).min(1)]).meta({
      description: 'Flow sizes: measured ones by name, or points of a distribution, rising, with straight lines between.',
      example: 'web-search',
    }),
    until: time('No flow starts then or later.', { example: '1ms' }),
    pattern: word(['random'], 'Destination of each flow. random: any other rank.').default('random'),
    ...traffic,
  })
  .optional()
  .meta({ description: 'Poisson arrivals of flows beside the workload or the jobs.' });

export type RanksConfig = z.output<typeof ranks>;
export type JobConfig = NonNullable<z.output<typeof jobs>>[number];
export type BackgroundConfig = NonNullable<z.output<typeof background>>;
