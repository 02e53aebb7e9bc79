import { z } from 'zod';
import { parseQuantity } from '../../../sim/base/quantity.ts';
import { quantity, time, word } from './fields.ts';

/** Probabilities below this are lost in the 32 bits of a draw. */
const SMALLEST_PROBABILITY = 1e-8;
const SMALLEST_BIT_ERROR_RATE = 1e-14;

/** `25%` of the rate, or a rate. */
export type ReducedRate = { readonly factor: number } | { readonly bps: number };

const HINT = 'write a part such as 25%, above 0% and at most 100%, or a rate such as 100Gbps';

const reducedRate = z
  .string()
  .transform((text, context): ReducedRate => {
    const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
    if (percent !== null) {
      const factor = Number(percent[1]) / 100;
      if (factor > 0 && factor <= 1) return { factor };
    } else {
      const bps = parseQuantity(text, 'rate');
      if (typeof bps === 'number' && bps >= 1000) return { bps };
    }
    context.issues.push({ code: 'custom', message: `"${text}" is no rate of a link`, input: text, params: { hint: HINT } });
    return z.NEVER;
  })
  .meta({ description: 'The link runs at this part of its rate, or at this rate. Routing does not see it.', example: '25%' });

const probability = (description: string, least: number, example: number) => z.number().min(least).max(1).meta({ description, example });

const failure = z.strictObject({
  link: z.string().optional().meta({
    description:
      'leaf0-spine1 (the whole bundle), leaf0-spine1-0 for one link of it, or host0-leaf0; tor0-agg1, agg1-core2, host0-tor0. Each entry has a link or a switch.',
    example: 'leaf0-spine0',
  }),
  switch: z.string().optional().meta({ description: 'All links of a switch: leaf0, spine1; tor0, agg1, core2.', example: 'spine0' }),
  at: time('When it begins. 0s without `until` and `converge`: dead from the start to the end, and known to all.', {
    min: 0,
    example: '0s',
  }).prefault('0s'),
  until: time('When it ends. Default: never.', { example: '1ms' }).optional(),
  converge: quantity('time', 'How long after each change switches go on as before: until then packets vanish. Default: 0s.', {
    words: ['never'],
    min: 0,
    example: '100us',
  }).optional(),
  direction: word(['both', 'up', 'down'], 'up: only from the node that the name of the link gives first; down: only to it.').default(
    'both',
  ),
  rate: reducedRate.optional(),
  loss: probability('Each packet is lost with this probability. Routing does not see it.', SMALLEST_PROBABILITY, 0.001).optional(),
  ber: probability('Each bit is wrong with this probability. Routing does not see it.', SMALLEST_BIT_ERROR_RATE, 1e-12).optional(),
  flap: z
    .strictObject({
      down: time('How long it is down each time.', { example: '10us' }),
      up: time('How long it is up in between.', { example: '90us' }),
    })
    .optional()
    .meta({ description: 'Down and up again and again, from `at` until `until`.' }),
});

export const failures = z
  .array(failure)
  .default([])
  .meta({ description: 'Links and switches that fail: down, unless rate, loss, ber or flap says what else (docs/failures.md).' });

export type FailureConfig = z.output<typeof failure>;
