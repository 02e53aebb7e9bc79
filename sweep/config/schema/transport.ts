import { z } from 'zod';
import { dcqcn, dcqcnMlx, dctcpUec, hpcc, nscc, swift, timely } from './congestion-controls.ts';
import { bytes, kind, rate } from './fields.ts';
import { lossRecovery } from './loss-recovery.ts';
import { eqds, ndp, rccc, rcccOs } from './receiver-credit.ts';

const gain = (fallback: number, text: string) =>
  z
    .number()
    .gt(0)
    .max(1)
    .default(fallback)
    .meta({ description: `Gain of the moving average of the marked fraction. Default: ${text}.`, example: fallback });

export const transport = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: kind('fixed', 'Constant rate and window.'),
        rate: rate('Sending rate of each flow. At most the host rate, which is the default.').optional(),
        window: bytes('Wire bytes in flight of each flow, at least one packet. Default: no window.').optional(),
        ...lossRecovery,
      })
      .meta({ description: 'No congestion control.' }),
    z
      .strictObject({
        kind: kind('dctcp', 'DCTCP with a window (SIGCOMM 2010, RFC 8257).'),
        g: gain(1 / 16, '1/16'),
        initialWindow: bytes('Wire bytes, at least one packet. Default: 1 BDP.').optional(),
        minWindow: bytes('Wire bytes, at least one packet. Default: one packet.').optional(),
        ...lossRecovery,
      })
      .meta({ description: 'DCTCP, window form.' }),
    z
      .strictObject({
        kind: kind('dctcp-rate', 'DCTCP with a rate, as in the HPCC simulator and in Ethereal.'),
        g: gain(1 / 256, '1/256'),
        additiveIncrease: rate('Added once a batch without marks.').prefault('1Gbps'),
        minRate: rate('The rate never falls below. At most the host rate.').prefault('100Mbps'),
        ...lossRecovery,
      })
      .meta({ description: 'DCTCP, rate form.' }),
    dctcpUec,
    dcqcn,
    dcqcnMlx,
    hpcc,
    timely,
    swift,
    nscc,
    rccc,
    rcccOs,
    eqds,
    ndp,
  ])
  .meta({ description: 'Congestion control and loss recovery. A bare word is the kind.', shorthand: true });
export type TransportConfig = z.output<typeof transport>;
