import { z } from 'zod';
import { ORACLE_NAMES } from '../../../analysis/charts/input.ts';
import { integer } from './fields.ts';

const range = z
  .strictObject({
    from: z.union([z.number(), z.string()]).meta({ description: 'First value.', example: '1MiB' }),
    to: z.union([z.number(), z.string()]).meta({ description: 'No value lies beyond this one.', example: '16MiB' }),
    step: z.union([z.number(), z.string()]).optional().meta({ description: 'Added each time. Either step or factor.' }),
    factor: z.number().optional().meta({ description: 'Multiplied each time. Either step or factor.', example: 2 }),
  })
  .meta({ example: { from: '1MiB', to: '16MiB', factor: 2 } });
const values = z.union([z.array(z.unknown()).min(1), range]);

export const sweep = z
  .strictObject({
    grid: z
      .record(z.string(), values)
      .optional()
      .meta({
        description: 'Dotted keys, each with a list or { from, to, step | factor }: all combinations; the last key varies fastest.',
        example: { 'workload.size': ['1MiB', '4MiB'] },
      }),
    zip: z
      .record(z.string(), values)
      .optional()
      .meta({
        description: 'Dotted keys whose lists step together; all of one length.',
        example: { 'workload.ranks': [2, 4], 'workload.size': ['1MiB', '4MiB'] },
      }),
    list: z
      .array(z.record(z.string(), z.unknown()).meta({ example: { 'workload.size': '1MiB', balancer: 'spray' } }))
      .min(1)
      .optional()
      .meta({ description: 'Combinations as written: each entry maps dotted keys to values.' }),
    repeat: integer('Repeat i of every combination runs with seed + i; seed may also be swept itself.', 1, 100_000).default(1),
  })
  .meta({ description: 'Runs every combination: grid, zip and list multiply, in the order in which they are written.' });

const chart = z.strictObject({
  x: z.string().meta({ description: 'A swept key or a result column.', example: 'workload.size' }),
  y: z.string().meta({ description: 'A result column.', example: 'completion_time_us' }),
  series: z.string().optional().meta({ description: 'A swept key or a result column: one line for each of its values.' }),
});

const facet = z
  .union([z.string(), z.array(z.string()).min(1)])
  .optional()
  .meta({
    description: 'Swept keys that head the panels: each combination of values that neither axis nor series shows has one.',
    example: 'channel.m',
  });

const reportOf = <C extends z.ZodType>(charts: C) =>
  z
    .strictObject({
      title: z.string().min(1).optional().meta({ description: 'Heading of the report. Default: the name.', example: 'My study' }),
      charts: z.array(charts).min(1).optional().meta({ description: 'Charts. Default: a set that fits the sweep.' }),
    })
    .meta({ description: 'What the report shows.' });

export const report = reportOf(chart);

export const wirelessReport = reportOf(
  chart.extend({
    facet,
    oracle: z
      .enum(ORACLE_NAMES)
      .optional()
      .meta({ description: 'A closed form drawn as a dashed line beside the simulated points.', example: 'amc-arq' }),
  }),
);
