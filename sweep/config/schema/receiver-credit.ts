import { z } from 'zod';
import { bytes, count, kind, time, word } from './fields.ts';
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

const part = (fallback: number, description: string) =>
  z
    .number()
    .gt(0)
    .max(1)
    .default(fallback)
    .meta({ description: `${description} Default: ${fallback} (uet-htsim).`, example: fallback });

export const rcccOs = z
  .strictObject({
    kind: kind('rccc-os', 'Receiver credit of UEC 1.0 for oversubscribed fabrics.'),
    ...grants,
    interval: time('The rate is scaled after so long. Default: T, the base round-trip time.').optional(),
    ecnWeight: part(0.5, 'Weight of an interval in the moving average of the marked part of the packets.'),
    ecnTarget: part(0.3, 'Up to this average marks do not slow it down.'),
    ecnGain: part(0.5, 'Decrease for what the average is beyond the target.'),
    increase: part(0.01, 'Added after an interval without trims inside the fabric and without too many marks; doubled each time in a row.'),
    minScale: part(0.01, 'The rate is never scaled below this part.'),
    ...lossRecovery,
  })
  .meta({ description: 'As rccc, at a rate that falls with trims and marks inside the fabric, and rises again without.' });

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
