import { time, word } from './fields.ts';

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
};
