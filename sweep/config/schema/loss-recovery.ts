import { z } from 'zod';
import { count, time, word } from './fields.ts';

/** Keys that every transport has. */
export const lossRecovery = {
  recovery: word(
    ['sr', 'gbn', 'trim', 'timers', 'none'],
    'Loss recovery. sr: selective repeat; gbn: go-back-N; trim: NACKs for packets that a switch has trimmed, needs `switch.kind: composite`, and ' +
      'a timeout for each packet; timers: a timeout for each packet, nothing else (Ethereal simulator); none: a lost packet stays lost. ' +
      'Default: sr; with `nic.acks: uec-sack` and with receiver credit trim, or timers if switches do not trim; none with `nic.acks: none`.',
  ).optional(),
  rto: time('Retransmission timeout. Default: 15us + 6 * queue / host rate.').optional(),
  nackInterval: time('Only with `recovery: gbn`: at most one NACK for one expected packet in this time. Default: 500us.').optional(),
  outOfOrder: z
    .union([
      z.literal(['place', 'drop']),
      z.strictObject({ buffer: count('Packets of a flow that are held above a gap; one more is discarded.', 4096, 64) }),
    ])
    .optional()
    .meta({
      description:
        'What receivers do with packets out of order. place: direct placement; { buffer }: a reorder buffer of so many packets a flow; ' +
        'drop: none. What finds no place is discarded and answered by a NACK. With `recovery: sr`, `trim` or `timers`. Default: place.',
    }),
};
