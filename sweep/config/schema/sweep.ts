import { z } from 'zod';
import { integer } from './fields.ts';

const range = z.strictObject({
  from: z.union([z.number(), z.string()]).meta({ description: 'First value.' }),
  to: z.union([z.number(), z.string()]).meta({ description: 'No value lies beyond this one.' }),
  step: z.union([z.number(), z.string()]).optional().meta({ description: 'Added each time. Either step or factor.' }),
  factor: z.number().optional().meta({ description: 'Multiplied each time. Either step or factor.' }),
});
const values = z.union([z.array(z.unknown()).min(1), range]);

export const sweep = z
  .strictObject({
    grid: z.record(z.string(), values).optional().meta({
      description: 'Dotted keys, each with a list or { from, to, step | factor }: all combinations; the last key varies fastest.',
    }),
    zip: z.record(z.string(), values).optional().meta({ description: 'Dotted keys whose lists step together; all of one length.' }),
    list: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .optional()
      .meta({ description: 'Combinations as written: each entry maps dotted keys to values.' }),
    repeat: integer('Repeat i of every combination runs with seed + i.', 1, 100_000).default(1),
  })
  .meta({ description: 'Runs every combination: grid, zip and list multiply, in the order in which they are written.' });

const chart = z.strictObject({
  x: z.string().meta({ description: 'A swept key or a result column.' }),
  y: z.string().meta({ description: 'A result column.' }),
  series: z.string().optional().meta({ description: 'A swept key or a result column: one line for each of its values.' }),
});

export const report = z
  .strictObject({
    title: z.string().min(1).optional().meta({ description: 'Heading of the report. Default: the name.' }),
    charts: z.array(chart).min(1).optional().meta({ description: 'Charts. Default: a set that fits the sweep.' }),
  })
  .meta({ description: 'What the report shows.' });
