import { z } from 'zod';
import { bytes, count, integer, kind, time } from './fields.ts';
import { common } from './workload-keys.ts';

export const permutation = z
  .strictObject({
    kind: kind('permutation', 'Every rank sends one flow to another rank; every rank receives one.'),
    pattern: z
      .union([
        z.literal('random'),
        z.strictObject({ shift: integer('Rank r sends to r + shift mod ranks.', -(2 ** 23), 2 ** 23) }),
        z.strictObject({
          multiply: integer('Rank r sends to multiply * r + add mod ranks. Without common divisor with ranks.', 1, 2 ** 23),
          add: integer('See multiply.', -(2 ** 23), 2 ** 23),
        }),
      ])
      .default('random')
      .meta({ description: 'random (seeded, without fixed points), { shift: n }, or { multiply: m, add: a }.' }),
    size: bytes('Of each flow.'),
    ...common(),
  })
  .meta({ description: 'A permutation of the ranks.' });

export const incast = z
  .strictObject({
    kind: kind('incast', 'Several ranks send to one at once.'),
    senders: count('Sending ranks. At most ranks - 1.'),
    receiver: integer('Receiving rank.', 0).default(0),
    size: bytes("Of each sender's flow."),
    ...common(),
  })
  .meta({ description: 'Many to one.' });

export const flows = z
  .strictObject({
    kind: kind('flows', 'Flows written out one by one.'),
    flows: z
      .array(
        z.strictObject({
          src: integer('Sending rank.', 0, Number.MAX_SAFE_INTEGER, 0),
          dst: integer('Receiving rank; not the sender.', 0),
          size: bytes('Payload.'),
          start: time('When the flow is posted.', { min: 0 }).prefault('0ns'),
        }),
      )
      .min(1)
      .meta({ description: 'The flows.' }),
    ...common(),
  })
  .meta({ description: 'Inline flows.' });
