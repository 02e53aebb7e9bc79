import { z } from 'zod';
import { count, integer, kind, time } from './fields.ts';

const fraction = (description: string) => z.number().min(0).max(1).meta({ description, example: 0.5 });

const entropies = (description: string) =>
  z
    .int()
    .min(1)
    .max(65_536)
    .refine((value) => 2 ** Math.round(Math.log2(value)) === value, { error: 'not a power of two', params: { hint: '64, 128, 256, ...' } })
    .meta({ description, example: 64 });

const ENTROPIES = 'Entropies of a flow (P), a power of two.';
const FREEZE = 'After a suspected failure no new entropies are tried for so long.';

/** Balancers that choose the entropy, or the path, of each packet at the host. */
export const HOST_BALANCERS = [
  z
    .strictObject({ kind: kind('spray-counter', 'Entropies in turn, from a random start a flow.') })
    .meta({ description: 'Packet spraying by a counter.' }),
  z
    .strictObject({
      kind: kind('spray-uec', 'Each entropy of a flow once a pass, in an order drawn for the pass.'),
      entropies: entropies(ENTROPIES).default(64),
    })
    .meta({ description: "UEC's oblivious spraying." }),
  z
    .strictObject({
      kind: kind('plb', 'A flow changes its label after congested rounds.'),
      threshold: fraction('Share of marked ACKs from which on a round is congested.').default(0.5),
      idleRounds: count('Congested rounds in a row after which a flow with nothing outstanding changes its label.').default(3),
      rounds: count('Congested rounds in a row after which any flow does.').default(12),
      suspend: time('After a timeout no further change for one to two times this. (Linux: 60 s.)', { min: 0 }).prefault('1ms'),
    })
    .meta({ description: 'Protective Load Balancing (SIGCOMM 2022).' }),
  z
    .strictObject({
      kind: kind('plb-delay', 'A flow changes its label after five to seven round-trip times above the target.'),
      targetDelay: time('Round-trip time up to which a path is good. Default: base round-trip time + 5us.').optional(),
    })
    .meta({ description: 'Re-pathing by delay, for Swift.' }),
  z
    .strictObject({
      kind: kind('flowbender', 'A flow changes its label after a congested round.'),
      threshold: fraction('Share of marked ACKs above which a round is congested.').default(0.05),
    })
    .meta({ description: 'FlowBender (CoNEXT 2014).' }),
  z
    .strictObject({
      kind: kind('hopper', 'A flow with long round-trip times probes other labels, and moves to a much faster one.'),
      probeThreshold: z
        .number()
        .min(1)
        .max(1000)
        .default(1.5)
        .meta({ description: 'Mean round-trip time of a round, in base round-trip times, above which probes are sent.', example: 1.5 }),
      probes: integer('In one try, each with a label of its own.', 1, 16, 2).default(2),
      switchFactor: fraction('The flow moves if a probe is answered in less than this part of the mean.').default(0.8),
      probeTimeout: time('A try without an answer is given up after this. Default: 4 base round-trip times.').optional(),
    })
    .meta({ description: 'Hopper (arXiv 2506.08132).' }),
  z
    .strictObject({
      kind: kind('reps', 'Entropies that came back unmarked are used once more.'),
      entropies: entropies(ENTROPIES).default(65_536),
      freeze: time(FREEZE).prefault('10ms'),
    })
    .meta({ description: 'Recycled entropy packet spraying (arXiv 2407.21625, EuroSys 2026).' }),
  z
    .strictObject({
      kind: kind('reps-htsim', 'REPS as the public UEC simulator has it.'),
      entropies: entropies(ENTROPIES).default(64),
      freeze: time(FREEZE).prefault('10ms'),
    })
    .meta({ description: 'REPS of uet-htsim.' }),
  z
    .strictObject({ kind: kind('reps-legacy', 'All unmarked entropies, in order.'), entropies: entropies(ENTROPIES).default(64) })
    .meta({ description: 'The first public REPS.' }),
  z
    .strictObject({
      kind: kind('reps-ethereal-v2', 'One entropy until a mark or a timeout.'),
      entropies: entropies(ENTROPIES).default(256),
    })
    .meta({ description: 'The REPS that Ethereal (arXiv 2407.00550) was compared with.' }),
  z
    .strictObject({
      kind: kind('uec-bitmap', 'Entropies with penalties are passed over.'),
      entropies: entropies(ENTROPIES).default(64),
    })
    .meta({ description: "UEC's path-aware bitmap." }),
  z
    .strictObject({
      kind: kind('uec-bitmap-1bit', 'Marked entropies are passed over once.'),
      entropies: entropies(ENTROPIES).default(64),
      maxMarked: fraction('Where more of them are marked, none is passed over.').default(0.5),
    })
    .meta({ description: "UEC's bitmap with one bit an entropy." }),
  z
    .strictObject({
      kind: kind('uec-mixed', 'Unmarked entropies once more, else the bitmap.'),
      entropies: entropies(ENTROPIES).default(64),
    })
    .meta({ description: 'REPS and bitmap, the default of uet-htsim.' }),
  z
    .strictObject({ kind: kind('strack', 'Marked paths are passed over.'), entropies: entropies(ENTROPIES).default(64) })
    .meta({ description: 'STrack (arXiv 2407.15266).' }),
  z
    .strictObject({
      kind: kind('mrc', 'Explicit paths in turn; marked ones are passed over, failed ones replaced.'),
      entropies: count('Most paths in use by a flow.', 65_536, 256).default(256),
      backup: integer('Most paths that wait to replace failed ones.', 0, 65_536, 64).default(64),
      skipTime: time('A marked path is passed over once, or for so long. Default: 4 base round-trip times.').optional(),
      probeInterval: time('A failed path is probed after this, and again each time, until a probe is answered.').prefault('100us'),
      deny: z
        .array(integer('Path identifier.', 0, 65_535))
        .default([])
        .meta({
          description: 'Paths that no packet may take, by their numbers: those of the spines where each leaf has one link to each.',
        }),
    })
    .meta({ description: 'Multipath Reliable Connection (OCP).' }),
  z
    .strictObject({
      kind: kind('mp-rdma', 'The packet that an ACK makes room for takes its path; paths that are late are left.'),
      delta: integer('A path is left whose packet is acknowledged after one more than so many numbers above it.', 1, 65_536, 32).default(
        32,
      ),
      bitmap: integer(
        'Packets that the receiver can note, from the next expected one on; above delta. Default: the largest of 64, 2 delta and two BDP.',
        4,
        4096,
        64,
      ).optional(),
      probe: fraction('Share of packets that try a new path.').default(0.01),
    })
    .meta({ description: 'MP-RDMA (NSDI 2018); its window is transport: { kind: dctcp-uec, decrease: 0.5 }.' }),
] as const;
export type HostBalancerConfig = z.output<(typeof HOST_BALANCERS)[number]>;
