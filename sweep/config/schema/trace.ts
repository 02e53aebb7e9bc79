import { z } from 'zod';
import { integer } from './fields.ts';

export const trace = z
  .strictObject({
    maxEvents: integer(
      'Most slices, steps, arrows and counter values of a trace together; it says what was left out.',
      1,
      20_000_000,
    ).default(1_000_000),
  })
  .prefault({})
  .meta({ description: 'The trace that run --trace and export --to perfetto write (docs/export.md). No effect on results.' });
