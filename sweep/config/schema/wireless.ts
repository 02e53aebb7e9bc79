import { z } from 'zod';
import { ALL_SIGNALS } from '../../../wireless/controller/architectures.ts';
import { BLOCKS } from './config.ts';
import { bytes, count, flag, integer, quantity, rate, time, word } from './fields.ts';
import { wirelessReport } from './sweep.ts';
import { app, qos } from './wireless-app.ts';
import { channel, csi, probability, watts } from './wireless-channel.ts';
import { phy, queue, slot } from './wireless-link.ts';

const arq = z
  .strictObject({
    kind: word(['none', 'truncated', 'persistent'], 'Retransmissions: none, some, or until it arrives.').default('truncated'),
    maxRetransmissions: integer('Of truncated. Default: that of the controller, else 2.', 0, 1000, 2).optional(),
    harq: word(['none', 'chase', 'ir'], 'How the attempts of a packet are combined.').default('none'),
    deadline: flag(
      'Attempts end at the deadline, and packets that cannot make it are dropped. Default: as the controller has it, else false.',
    ).optional(),
    byClass: flag(
      'At most 6, 3, 1 retransmissions for I, P, B frames or layers 0, 1, 2. Default: as the controller has it, else false.',
    ).optional(),
    pauseNacks: count(
      'Failures in a row after which the sender pauses, then tries one packet at a time. Default: never.',
      1000,
      3,
    ).optional(),
    pauseSlots: count('Slots of a pause. Default: 5.', 100_000, 5).optional(),
  })
  .prefault({})
  .meta({ description: 'Retransmissions of the link. A bare word is the kind.', shorthand: true });

const mac = z
  .strictObject({
    kind: word(
      ['fifo', 'round-robin', 'strict', 'edf', 'max-ci', 'pf', 'm-lwdf', 'exp-pf', 'exp-rule', 'log-rule', 'lwg'],
      'Who sends in a slot. Default: that of the controller, else pf.',
    ).optional(),
    averagingSlots: count('Of the mean rate of a user.', 1_000_000, 1000).default(1000),
    dropLate: flag('Packets older than their delay bound are dropped. Default: as the controller has it, else false.').optional(),
  })
  .prefault({})
  .meta({ description: 'The scheduler. A bare word is the kind.', shorthand: true });

const transport = z
  .strictObject({
    kind: word(['none', 'tfrc', 'reno', 'veno', 'westwood'], 'Rate control over path. Default: tfrc with a path, else none.').optional(),
    segment: bytes('A packet of the transport.').prefault('1460B'),
    lossClassifier: word(
      ['blind', 'biaz', 'mbiaz', 'spike', 'zigzag', 'zbs', 'eln', 'ecn'],
      'How tfrc tells losses on the air from congestion.',
    ).default('blind'),
    zigzag: z
      .tuple([z.number(), z.number(), z.number(), z.number()])
      .default([-1, -0.5, 0, -0.5])
      .meta({ description: 'Thresholds of zigzag, in standard deviations, by the number of losses.', example: [-1, -0.5, 0, -0.5] }),
  })
  .prefault({})
  .meta({ description: 'Rate control between the ends of a path. A bare word is the kind.', shorthand: true });

const path = z
  .strictObject({
    rate: rate('Of the bottleneck.').prefault('5Mbps'),
    queuePackets: count('Its queue.', 1_000_000, 50).default(50),
    delay: time('Propagation one way.', { example: '50ms' }).prefault('50ms'),
    crossTraffic: z.number().min(0).max(10).default(0).meta({ description: 'Poisson packets, as a share of the rate.', example: 0.3 }),
    wirelessLoss: z
      .union([z.number().min(0).lt(1).meta({ example: 0.01 }), z.literal('cell')])
      .default(0)
      .meta({
        description: 'P(a packet is lost on the air); cell: the air is the cell of this config, and its first user receives the flow.',
      }),
    wireless: word(['last-hop', 'backbone'], 'Losses on the air come after the bottleneck, or before it.').default('last-hop'),
    competingTcp: flag('Whether a Reno flow shares the bottleneck and loses nothing on the air.').default(false),
  })
  .meta({ description: 'A flow over a wired bottleneck and a lossy link, in place of a cell or before one.' });

const like = (block: string) => ({ description: `What differs from the top-level ${block}.`, sameAs: block });
const entry = z
  .strictObject({
    app: app.optional().meta({ ...like('app'), shorthand: true }),
    channel: channel.optional().meta(like('channel')),
    qos: qos.optional().meta(like('qos')),
  })
  .meta({ example: { app: 'voice' } });

const users = z
  .union([
    count('How many users.', 10_000, 10),
    z.strictObject({
      count: count('How many users.', 10_000, 10),
      mix: z
        .array(entry)
        .min(1)
        .meta({ description: 'User i is as entry i modulo their number; what an entry leaves out is as the blocks app, channel, qos.' }),
    }),
  ])
  .default(1)
  .meta({ description: 'The users of the cell.' });

const energy = z
  .strictObject({
    transmit: quantity('power', 'Radiated power.', { min: 1e-9, max: 1e6, example: '100mW' }).prefault('100mW'),
    transmitCircuit: watts('Circuits that send.', '98.2mW').prefault('98.2mW'),
    receiveCircuit: watts('Circuits that receive.', '112.6mW').prefault('112.6mW'),
    idle: watts('With nothing to send.', '30mW').prefault('30mW'),
    sleep: watts('Asleep.', '0.1mW').prefault('0.1mW'),
    efficiency: z.number().gt(0).max(1).default(0.35).meta({ description: 'Of the amplifier.', example: 0.35 }),
    wake: time('To wake up.', { min: 0 }).prefault('1ms'),
    sleeps: flag('Whether a user without packets sleeps.').default(false),
  })
  .prefault({})
  .meta({ description: 'The power model.' });

const signal = z.strictObject({
  enabled: flag('Whether it is sent.').optional(),
  delay: time('From its source to who reads it.', { min: 0 }).optional(),
  bits: count('Of a report.', 1_000_000, 8).optional(),
  lossProbability: probability('P(a report is lost).').optional(),
  inBand: flag('Whether its bits take airtime.').optional(),
});

const controller = z
  .strictObject({
    kind: word(['layered', 'bottom-up', 'top-down', 'mac-centric', 'integrated'], 'Who knows of whom, and who decides.').default('layered'),
    signals: z
      .strictObject(
        Object.fromEntries(ALL_SIGNALS.map((id) => [id, signal.optional()])) as Record<
          (typeof ALL_SIGNALS)[number],
          z.ZodOptional<typeof signal>
        >,
      )
      .prefault({})
      .meta({ description: 'What differs from the signals of the kind.' }),
    period: quantity('time', 'Between decisions, or gop: a group of pictures.', { words: ['gop'], example: '400ms' }).prefault('gop'),
    energyWeight: z
      .number()
      .min(0)
      .default(0)
      .meta({ description: 'PSNR in dB that integrated gives up for a microjoule a bit.', example: 1 }),
  })
  .meta({
    description:
      'The cross-layer architecture: sets the defaults of phy.perTarget, arq, mac and app.fec. Absent: layered, with the defaults that they have by themselves.',
    shorthand: true,
  });

const run = z
  .strictObject({
    duration: time('Simulated after the warm-up. Default: 200s.', { example: '200s' }).optional(),
    packets: count('Ends when so many packets have left the ARQ, in place of duration.', Number.MAX_SAFE_INTEGER, 200_000).optional(),
    warmup: time('Before anything is counted.', { min: 0, example: '5s' }).prefault('5s'),
  })
  .prefault({})
  .meta({ description: 'How long a run is.' });

/** The config file of kind wireless, block by block (docs/config-wireless.md is generated from it). */
export const WIRELESS_BLOCKS = {
  name: BLOCKS.name,
  kind: word(['fabric', 'wireless'], 'What is simulated.'),
  seed: BLOCKS.seed,
  slot,
  channel: channel.prefault({}),
  phy,
  csi: csi.prefault({}),
  arq,
  queue,
  mac,
  app: app.optional(),
  qos: qos.prefault({}),
  users,
  energy,
  controller: controller.optional(),
  transport,
  path: path.optional(),
  run,
  sweep: BLOCKS.sweep,
  report: wirelessReport.optional(),
} as const;

export type WirelessBlockName = keyof typeof WIRELESS_BLOCKS;

export const wirelessSchema = z.strictObject(WIRELESS_BLOCKS).meta({ title: 'netsim config, kind: wireless' });
export type WirelessConfig = z.output<typeof wirelessSchema>;
export type AppConfig = z.output<typeof app>;
export type ChannelConfig = z.output<typeof channel>;
export type QosConfig = z.output<typeof qos>;
