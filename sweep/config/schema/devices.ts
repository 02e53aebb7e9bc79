import { z } from 'zod';
import { bytes, count, time, word } from './fields.ts';

export const nic = z
  .strictObject({
    mtu: bytes('Largest payload of a packet. mtu + header is at most 65535B.', { example: '4096B' }).prefault('4096B'),
    header: bytes('Added to every data packet on the wire.', { example: '64B' }).prefault('64B'),
    ack: bytes('Wire size of an acknowledgement. At most 65535B.', { example: '64B' }).prefault('64B'),
    acks: word(
      ['per-packet', 'none'],
      'none: the sender learns of the last byte after the propagation delay; only for transport fixed without window and queue infinite.',
    ).default('per-packet'),
  })
  .prefault({})
  .meta({ description: 'Network interface of the hosts.' });

export const switches = z
  .strictObject({
    kind: word(['droptail'], 'droptail: a queue a port; what does not fit is dropped.').default('droptail'),
    queue: bytes('Of each output port, at least one packet. infinite: never drops. Default: 5 BDP.', { words: ['infinite'] }).optional(),
    ecn: z
      .union([
        z.literal('off'),
        z.strictObject({
          low: bytes('Up to this backlog nothing is marked.', { min: 0, example: '100kB' }),
          high: bytes('Above this backlog everything is marked; between, with rising probability. At least `low`.', {
            min: 0,
            example: '400kB',
          }),
        }),
      ])
      .optional()
      .meta({ description: 'Congestion marking at enqueue: off, or { low, high }. Default: 0.2 and 0.8 BDP.' }),
    hash: word(['ideal', 'jenkins'], 'Hash of ECMP. ideal: independent uniform choices; jenkins: that of htsim.').default('ideal'),
  })
  .prefault({})
  .meta({ description: 'The switches.' });

export const failures = z
  .array(
    z.strictObject({
      link: z.string().meta({
        description:
          'leaf0-spine1 (both directions; the whole bundle), leaf0-spine1-0 for one link of it, or host0-leaf0; tor0-agg1, agg1-core2, host0-tor0.',
        example: 'leaf0-spine0',
      }),
      at: time('When it goes down. Only 0s in this version: down from the start, known to all.', { min: 0, example: '0s' }).prefault('0s'),
    }),
  )
  .default([])
  .meta({ description: 'Links that are down.' });

export const stop = z
  .strictObject({
    at: time('Nothing later is simulated; a run that is not done by then has not finished. At most 2^53 - 1 ps, about 2.5 hours.', {
      example: '100s',
    }).prefault('100s'),
    packets: count(
      'Ends a run early: at the end of the first lookahead window in which so many data packets (first transmissions, of all flows) have been sent. It has not finished then.',
      Number.MAX_SAFE_INTEGER,
      1_000_000,
    ).optional(),
  })
  .prefault({})
  .meta({ description: 'When to give up.' });

export type NicConfig = z.output<typeof nic>;
export type SwitchConfig = z.output<typeof switches>;
