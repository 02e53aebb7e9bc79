import { z } from 'zod';
import { count, integer, quantity, word } from './fields.ts';
import { channel, csi } from './wireless-channel.ts';
import { phy, queue, slot } from './wireless-link.ts';

const arq = z
  .strictObject({
    kind: word(['none', 'truncated', 'persistent'], 'Retransmissions: none, some, or until it arrives.').default('truncated'),
    maxRetransmissions: integer('Of truncated. Default: 2.', 0, 1000, 2).optional(),
    harq: word(['none', 'chase', 'ir'], 'How the attempts of a packet are combined.').default('none'),
  })
  .prefault({})
  .meta({ description: 'Retransmissions of the link.' });

const mac = z
  .strictObject({
    kind: word(['fifo', 'round-robin', 'max-ci', 'pf'], 'Which terminal is served in a slot.').default('pf'),
    averagingSlots: count('Of the mean rate of a terminal.', 1_000_000, 1000).default(1000),
  })
  .prefault({})
  .meta({ description: 'The scheduler of each direction.' });

/** Leaves of a fabric that are cells: keys of kind wireless, less what packets of a fabric do not have (docs/model-wireless-hop.md). */
export const wirelessHop = z
  .strictObject({
    leaves: z.union([z.literal('all'), z.array(integer('Number of a leaf.', 0, 2 ** 23)).min(1)]).meta({
      description: 'Which leaves (ToRs, in the order of their nodes) are cells: numbers, or all.',
      example: [1],
    }),
    slot,
    channel: channel.prefault({}),
    phy,
    csi: csi.prefault({}),
    arq,
    queue,
    mac,
    qos: z
      .strictObject({
        loss: z
          .number()
          .gt(0)
          .lt(1)
          .default(0.01)
          .meta({ description: 'Target of the loss that is left after ARQ, for thresholds of rule A.', example: 0.01 }),
      })
      .prefault({})
      .meta({ description: 'What a terminal asks for.' }),
    energy: z
      .strictObject({
        transmit: quantity('power', 'Radiated power, for channel.budget.', { min: 1e-9, max: 1e6, example: '100mW' }).prefault('100mW'),
      })
      .prefault({})
      .meta({ description: 'The power of the link budget.' }),
  })
  .meta({
    description: 'Leaves whose hosts are wireless terminals: a fading link with ARQ and a scheduler between each host and its leaf.',
  });

export type WirelessHopConfig = z.output<typeof wirelessHop>;
