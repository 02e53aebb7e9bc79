import { z } from 'zod';
import { bytes, count, kind, word } from './fields.ts';
import { lossRecovery } from './loss-recovery.ts';

const pullRate = (fallback: number, source: string) =>
  z
    .number()
    .gt(0)
    .max(1)
    .default(fallback)
    .meta({ description: `Part of the receiver's link rate that is granted. Default: ${fallback} (${source}).`, example: fallback });

const grants = {
  maxWindow: bytes('Largest credit of a flow, and what it may send unasked. At least one packet. Default: 1.5 BDP (uet-htsim).').optional(),
  creditPerPull: bytes('Most that one PULL grants, a multiple of 256B. Default: 16384B (uet-htsim).', {
    step: 256,
    example: '16384B',
  }).prefault('16384B'),
  pullRate: pullRate(0.99, 'uet-htsim'),
};

/** Beside the window of another control. */
export const credit = z
  .strictObject({
    kind: word(['rccc', 'eqds'], 'rccc: also some for those that do not ask; eqds: only what senders ask for.').default('rccc'),
    ...grants,
  })
  .optional()
  .meta({ description: 'Receivers grant what is sent, and a packet needs both credit and window. Default: they do not.' });

export const rccc = z
  .strictObject({ kind: kind('rccc', 'Receiver credit of UEC 1.0 (RCCC).'), ...grants, ...lossRecovery })
  .meta({ description: 'Receivers grant what is sent, to those that ask first, and some more to those that do not ask.' });

export const eqds = z
  .strictObject({ kind: kind('eqds', 'Receiver credit of EQDS (NSDI 2022).'), ...grants, ...lossRecovery })
  .meta({ description: 'Receivers grant what senders ask for, and no more.' });

export const ndp = z
  .strictObject({
    kind: kind('ndp', 'NDP (SIGCOMM 2017).'),
    initialPackets: count('Packets sent at once. Default: 1 BDP (NDP, SIGCOMM 2017).', 65_536, 54).optional(),
    pullRate: pullRate(1, 'NDP, SIGCOMM 2017'),
    ...lossRecovery,
  })
  .meta({ description: 'One packet granted for each that arrives, cut or whole.' });
