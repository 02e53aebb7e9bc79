import { z } from 'zod';
import { PROFILE_NAMES } from '../profiles.ts';
import { balancer } from './balancer.ts';
import { compat } from './compat.ts';
import { nic, stop, switches } from './devices.ts';
import { failures } from './failures.ts';
import { integer, word } from './fields.ts';
import { background, jobs } from './jobs.ts';
import { probes } from './probes.ts';
import { report, sweep } from './sweep.ts';
import { topology } from './topology.ts';
import type { TopologyConfig } from './topology.ts';
import { trace } from './trace.ts';
import { transport } from './transport.ts';
import { workload } from './workload.ts';

/** One segment of a path, as `--out` is `out/<name>` by default. */
const NAME = /^(?!\.{1,2}$)(?!\s)[^\p{C}/\\]{1,200}(?<!\s)$/u;

/**
 * The config file, block by block: the one source of validation, of schema.json and of docs/config.md. Quantities become numbers
 * in base units; defaults that follow from the fabric stay absent.
 */
export const BLOCKS = {
  name: z
    .string()
    .regex(NAME)
    .optional()
    .meta({
      description:
        'Name of the study and of its result folder: 1 to 200 printable characters, no slash or backslash, not . or .., no blank at ' +
        'either end; no effect on results. Default: the file name without extension, or `config` where that is no such name.',
      example: 'my-study',
    }),
  kind: word(['fabric', 'wireless'], 'What is simulated; the keys of wireless are in config-wireless.md.').default('fabric'),
  seed: integer('Every random stream derives from it.', 0).default(1),
  fidelity: word(['packet', 'bound'], 'packet: every packet on every link; bound: closed-form link loads and the time they need.').default(
    'packet',
  ),
  profile: word(
    PROFILE_NAMES,
    'Ready-made defaults of nic, transport, switch and balancer; keys that are given override them, a block of another kind replaces them.',
  ).optional(),
  compat,
  topology,
  workload: workload.optional(),
  jobs,
  background,
  balancer: balancer.prefault({ kind: 'ecmp' }),
  transport: transport.prefault({ kind: 'dctcp' }),
  nic,
  switch: switches,
  failures,
  stop,
  probes,
  trace,
  sweep: sweep.optional(),
  report: report.optional(),
} as const;

export type BlockName = keyof typeof BLOCKS;

export const configSchema = z.strictObject(BLOCKS).meta({ title: 'netsim config' });
/** A fabric in a file has been put in its place. */
export type Config = Omit<z.output<typeof configSchema>, 'topology'> & { readonly topology: TopologyConfig };

/** Keys of these blocks may be a bare word: the kind. A `*` stands for any entry of a list. */
export const SHORTHAND_KEYS: readonly string[] = [
  ...['compat', 'topology', 'workload', 'workload.routing', 'workload.routing.base', 'balancer', 'transport', 'switch'],
  ...[
    'jobs.*.workload',
    'jobs.*.workload.routing',
    'jobs.*.workload.routing.base',
    'jobs.*.balancer',
    'jobs.*.transport',
    'background.balancer',
    'background.transport',
  ],
];
/** What an absent block stands for when an override or a sweep sets one of its keys. */
export const DEFAULT_KINDS: Readonly<Record<string, string>> = { balancer: 'ecmp', transport: 'dctcp', 'workload.routing': 'uniform' };
