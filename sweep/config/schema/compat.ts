import { z } from 'zod';
import { bytes, count, kind, time, word } from './fields.ts';

/** Times a byte are kept in femtoseconds. */
const isWholeFemtoseconds = (ns: number): boolean => Math.abs(ns * 1e6 - Math.round(ns * 1e6)) < 1e-3;

const nsPerByte = (description: string) =>
  z
    .number()
    .min(0)
    .max(1e6)
    .refine(isWholeFemtoseconds, { error: 'it is finer than 0.000001 ns a byte', params: { hint: 'round it' } })
    .meta({ description, example: 0.04 });

const loggops = z
  .strictObject({
    kind: kind('loggops', 'The LogGOPS model as LogGOPSim executes it, over any workload.'),
    L: time('Latency of the first byte.', { min: 0, example: '3700ns' }).prefault('2500ns'),
    o: time('Overhead: time of the CPU for each message, at either end.', { min: 0, example: '200ns' }).prefault('1500ns'),
    g: time('Gap: least time between two messages of a NIC.', { min: 0, example: '5ns' }).prefault('1000ns'),
    G: nsPerByte('Time of a NIC for each byte, in ns.').default(6),
    O: nsPerByte('Time of a CPU for each byte, in ns.').default(0),
    S: bytes('Messages above it wait for their receive.', { min: 0 }).prefault('65535B'),
  })
  .meta({ description: 'LogGOPS (HPDC 2010). The defaults are those of LogGOPSim.' });

/** One value, or one for each dimension. */
const perDimension = <T extends z.ZodType>(value: T, description: string, example: unknown) =>
  z.union([value, z.array(value).min(1).max(16)]).meta({ description, example });

const algorithms = (collective: string) =>
  z
    .array(z.enum(['ring', 'direct', 'halving-doubling']))
    .min(1)
    .max(16)
    .meta({ description: `Of ${collective}, one for each dimension.`, example: ['ring'] });

const TOPOLOGIES = ['Ring', 'FullyConnected', 'Switch'] as const;
const number = z.number().min(1e-6).max(1e9);

const astraSim = z
  .strictObject({
    kind: kind('astra-sim', 'The analytical back end of ASTRA-sim 2.x, for a collective.'),
    topology: perDimension(z.enum(TOPOLOGIES), `${TOPOLOGIES.join(', ')}; a list for several dimensions.`, 'Switch').optional(),
    npus: perDimension(count('NPUs.', 2 ** 20, 8), 'NPUs of each dimension. Default: all ranks, in one dimension.', 8).optional(),
    bandwidth: perDimension(number, 'Of a link and direction, in 2^30 bytes a second: what ASTRA-sim writes as GB/s.', 50).optional(),
    latency: perDimension(time('Latency.', { min: 0 }), 'Of a link.', '500ns').optional(),
    endpointDelay: time('Of a step, at either end. Default: 10ns.', { min: 0 }).optional(),
    splits: count('Chunks of a collective: preferred-dataset-splits.', 2 ** 16).optional(),
    localMemBw: number.meta({ description: 'Bandwidth of local reductions, in 10^9 bytes a second.', example: 1600 }).optional(),
    optimization: word(
      ['baseline', 'localBWAware'],
      'Of an all-reduce in several dimensions. localBWAware: reduce-scatter up the dimensions, all-gather back. Default: baseline.',
    ).optional(),
    algorithms: z
      .strictObject({
        'all-reduce': algorithms('all-reduce').optional(),
        'all-gather': algorithms('all-gather').optional(),
        'reduce-scatter': algorithms('reduce-scatter').optional(),
        'all-to-all': algorithms('all-to-all').optional(),
      })
      .optional()
      .meta({ description: "How a collective runs in each dimension. Default: by the workload's algorithm." }),
    activeChunks: z.literal(1).default(1).meta({ description: 'Chunks in flight in a dimension; larger values have no closed form.' }),
    congestion: word(['aware', 'unaware'], 'unaware: every message has the network to itself.').default('aware'),
    network: z.string().min(1).optional().meta({
      description: 'A network file (YAML) of ASTRA-sim, in place of topology, npus, bandwidth and latency.',
      example: 'network.yml',
    }),
    system: z.string().min(1).optional().meta({
      description: 'A system file (JSON) of ASTRA-sim, in place of endpointDelay, splits, localMemBw, optimization and algorithms.',
      example: 'system.json',
    }),
  })
  .meta({
    description: 'ASTRA-sim 2.x (arXiv 2303.14006).',
    example: { kind: 'astra-sim', topology: 'Ring', bandwidth: 50, latency: '500ns', splits: 4, localMemBw: 1600 },
  });

export const compat = z
  .discriminatedUnion('kind', [loggops, astraSim])
  .optional()
  .meta({
    description:
      'A cost model of another simulator in place of the fabric (docs/compat.md): topology, balancer, transport, nic and switch have no ' +
      'effect then, and topology may be absent. Absent: none.',
    shorthand: true,
  });

export type CompatConfig = NonNullable<z.output<typeof compat>>;
export type AstraSimConfig = Extract<CompatConfig, { kind: 'astra-sim' }>;
