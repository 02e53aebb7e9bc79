import { z } from 'zod';
import { PROBE_KINDS } from '../../../sim/base/probe-spec.ts';
import { time } from './fields.ts';

export const probes = z
  .strictObject({
    every: time('The interval between two samples. With links at least the time of a full packet on the slowest link.', {
      min: 1000,
      example: '1us',
    }),
    what: z
      .array(z.enum(PROBE_KINDS))
      .min(1)
      .default([...PROBE_KINDS])
      .meta({
        description:
          'queues: bytes at output ports; links: utilisation; pauses: PAUSE frames and paused time; reorder: packets that receivers hold ' +
          'above a gap. Default: all.',
        example: ['queues', 'links'],
      }),
    links: z
      .union([
        z.literal(['all', 'fabric']),
        z.array(z.string().meta({ description: 'A link as in failures, both directions, or a switch.', example: 'leaf0-spine0' })).min(1),
      ])
      .default('all')
      .meta({ description: 'Which links: all, those between switches, or some by name (leaf0-spine1, spine2). Default: all.' }),
  })
  .optional()
  .meta({ description: 'What is recorded over time, in files (docs/probes.md). Absent: nothing.' });
