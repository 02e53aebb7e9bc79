import { z } from 'zod';
import { count, integer, quantity, time, word } from './fields.ts';

export const slot = z
  .strictObject({
    duration: time('Of a slot.', { example: '2ms' }).prefault('2ms'),
    packet: quantity('bits', 'A packet of the link.', { example: '1080bit' }).prefault('1080bit'),
    packetsPerSlot: count(
      'Packets that a slot carries at one bit a symbol; times the bits a symbol of each mode a whole number. Default: 4 with table TM2, else 2.',
      1024,
      4,
    ).optional(),
  })
  .prefault({})
  .meta({ description: 'The slots of the link.' });

export const phy = z
  .strictObject({
    table: word(['TM1', 'TM2', 'TM2Q'], 'Modes: uncoded, convolutionally coded, or TM2 without 16-QAM 9/16.').default('TM2'),
    rule: word(['A', 'B'], 'Thresholds: A: no attempt above the PER target; B: the mean inside each mode at it.').default('A'),
    perTarget: z
      .union([z.number().gt(0).lt(1).meta({ example: 0.01 }), z.literal('from-loss')])
      .optional()
      .meta({
        description:
          'PER target of an attempt; from-loss: what qos.loss and the retransmissions allow (rule A). Default: that of the controller, else from-loss; rule B: 0.01.',
      }),
    fixedMode: integer('One mode for all channels, from 1. Default: adaptive.', 1, 7).optional(),
    power: word(['constant', 'inversion'], 'inversion: as much power as the chosen mode needs.').default('constant'),
  })
  .prefault({})
  .meta({ description: 'Modulation and coding.' });

export const queue = z
  .strictObject({ packets: count('That the queue of a user holds.', 1_000_000, 50).default(50) })
  .prefault({})
  .meta({ description: 'The queue of the link.' });
