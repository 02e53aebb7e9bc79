import { z } from 'zod';
import { bytes, count, flag, integer, kind, rate, time, word } from './fields.ts';

export const nic = z
  .strictObject({
    mtu: bytes('Largest payload of a packet. mtu + header is at most 65535B.', { example: '4096B' }).prefault('4096B'),
    header: bytes('Added to every data packet on the wire.', { example: '64B' }).prefault('64B'),
    ack: bytes('Wire size of an acknowledgement. At most 65535B.', { example: '64B' }).prefault('64B'),
    acks: z
      .union([
        z.literal(['per-packet', 'uec-sack', 'none']),
        z.strictObject({
          every: count('One ACK for so many packets in order; at once for marks, gaps, requests, and the last packet.', 16, 4),
        }),
      ])
      .default('per-packet')
      .meta({
        description:
          'When receivers answer. per-packet: each packet; { every }: one in so many; uec-sack: selective ACKs of UEC 1.0, one for 16 KiB or at ' +
          'once for a reason, with `recovery: trim` or `timers`; none: the sender learns of the last byte after the propagation delay, ' +
          'only for transport fixed without window and queue infinite. Default: per-packet.',
      }),
    ackPriority: word(
      ['data', 'high'],
      'Answers wait in the queues of their data, or go before all data. Default: data; with `switch.kind: composite` high.',
    ).optional(),
    scheduler: word(['round-robin', 'oldest-first'], 'Which flow sends next: each in turn, or the first that may.').default('round-robin'),
    controlBurst: count(
      'After so many control packets in a row waiting data goes. Default: control packets always go first.',
      65_535,
      10,
    ).optional(),
    maxFlows: count('Flows of a host open at once; others wait in their order. Default: all.', 2 ** 23, 256).optional(),
    pcie: rate('Rate at which host memory delivers payload, all flows together. Default: no limit.').optional(),
    channelRate: rate(
      'Rate at which the thread block of a channel delivers payload: all that a rank sends to one other on one channel of a collective. Default: no limit.',
    ).optional(),
  })
  .prefault({})
  .meta({ description: 'Network interface of the hosts.' });

const ecn = z
  .union([
    z.literal('off'),
    z
      .strictObject({
        low: bytes('Up to this nothing is marked. Default, with `high`: 0.2 and 0.8 BDP.', { min: 0, example: '100kB' }).optional(),
        high: bytes('Above this everything is marked; between, with rising probability. At least `low`.', {
          min: 0,
          example: '400kB',
        }).optional(),
        probability: z
          .number()
          .gt(0)
          .max(1)
          .optional()
          .meta({ description: 'Probability of a mark just below `high`. Goes with low and high. Default: 1.', example: 0.2 }),
        at: word(
          ['enqueue', 'dequeue-after', 'dequeue-before'],
          'Which queue counts. enqueue: that which a packet finds; dequeue-after, dequeue-before: that which it leaves, without or with itself. Default: dequeue-after; droptail: enqueue.',
        ).optional(),
        hostPorts: flag('false: ports that face hosts mark nothing.').default(true),
      })
      .meta({ example: { low: '100kB', high: '400kB' } }),
  ])
  .optional()
  .meta({ description: 'Congestion marking: off, or thresholds. Default: 0.2 and 0.8 BDP.' });

const common = {
  ecn,
  hash: word(
    ['ideal', 'jenkins', 'murmur3'],
    'Hash of ECMP. ideal: independent uniform choices; jenkins: that of htsim; murmur3: of addresses and ports, which no seed changes.',
  ).default('ideal'),
  sameSalt: flag('All switches hash alike: polarisation.').default(false),
  failHash: word(
    ['rehash-all', 'resilient'],
    'What a hash does when a next hop is withdrawn. rehash-all: it chooses among the others; resilient: only what was there moves.',
  ).default('rehash-all'),
  classWeights: z
    .array(integer('Weight of one class.', 1, 1000))
    .length(7)
    .optional()
    .meta({
      description: 'Weights of the data classes 1 to 7 in their deficit round robin. Default: all alike.',
      example: [1, 1, 1, 1, 1, 1, 1],
    }),
};

const queue = (fallback: string) =>
  bytes(`Of data at each output port, at least one packet. infinite: never drops. Default: ${fallback}.`, {
    words: ['infinite'],
  }).optional();

export const switches = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: kind('droptail', 'A queue a port; what does not fit is dropped.').optional(),
        queue: queue('5 BDP'),
        ...common,
      })
      .meta({ description: 'Drop-tail queues: the default.' }),
    z
      .strictObject({
        kind: kind('composite', 'What does not fit the queue is cut to its header, which goes first (NDP, UEC).'),
        queue: queue('1 BDP; 5 BDP with `trim: false`'),
        trim: flag('false: what does not fit is dropped; headers and control packets still go first.').default(true),
        headerQueue: bytes('For headers and control packets at each output port. Default: twice `queue`.').optional(),
        headerShare: z.number().gt(0).lt(1).optional().meta({
          description: 'Most of the bandwidth that headers and control packets take while data waits. Default: all.',
          example: 0.25,
        }),
        ...common,
      })
      .meta({ description: 'Trimming queues.' }),
    z
      .strictObject({
        kind: kind('shared', 'One buffer a switch with dynamic thresholds; PAUSE before it overflows.'),
        buffer: bytes('Of each switch. Default: 16 MiB for every 50 Gb/s of the host links.', { example: '64MiB' }).optional(),
        shift: integer('An ingress may hold 2^-shift of the free pool before it is paused.', 0, 16, 3).default(3),
        egressShift: integer('An output queue may hold 2^-egressShift of the free pool. Default: no limit.', 0, 16, 3).optional(),
        reserve: bytes('Of each ingress port and class, out of the pool.', { min: 0 }).prefault('4KiB'),
        headroom: bytes('Of each ingress port and class, for what arrives after a PAUSE. Default: 3 x rate x delay of its link.', {
          min: 0,
          example: '80kB',
        }).optional(),
        resumeOffset: bytes('RESUME comes when an ingress is this much below its threshold.', { min: 0 }).prefault('3KiB'),
        pfc: flag('Priority flow control. false: what does not fit is dropped.').default(true),
        ...common,
      })
      .meta({ description: 'Shared buffers with priority flow control.' }),
    z
      .strictObject({
        kind: kind('lossless-input', 'PAUSE and RESUME by the bytes that came in by one port; nothing is dropped.'),
        pause: bytes('PAUSE above this. Default: the payload of 15 packets.').optional(),
        resume: bytes('RESUME below this; at most `pause`. Default: the payload of 12 packets, or `pause` where that is less.').optional(),
        ...common,
      })
      .meta({ description: 'Lossless input queues, as in htsim.' }),
  ])
  .prefault({})
  .meta({ description: 'The switches. A bare word is the kind; without a kind: droptail.', shorthand: true });

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
export type EcnConfig = SwitchConfig['ecn'];
