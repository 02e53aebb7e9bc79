import { z } from 'zod';
import { count, kind, rate, time, word } from './fields.ts';

const DELAY = 'Propagation delay of one link. At least 1ps: a link without delay has no lookahead.';

const leafSpine = z
  .strictObject({
    kind: kind('leaf-spine', 'Two tiers; every leaf is joined to every spine.'),
    leaves: count('Leaf (top-of-rack) switches.'),
    spines: count('Spine switches: the paths between two leaves, times the links of a bundle.'),
    hostsPerLeaf: count('Hosts on each leaf. Fewer uplink capacity than host capacity is oversubscription.'),
    hostLink: z
      .strictObject({ rate: rate('Rate of each direction.'), delay: time(DELAY) })
      .meta({ description: 'Links between a host and its leaf.' }),
    fabricLink: z
      .strictObject({
        rate: rate('Rate of each direction. Required unless `perSpine` gives the rates.').optional(),
        delay: time(DELAY),
        perSpine: z
          .array(rate('Rate of the links of one spine.'))
          .min(1)
          .optional()
          .meta({ description: 'Rate of the links of each spine, one entry a spine; takes the place of `rate`.' }),
        linksPerPair: count('Parallel links between each leaf and each spine.', 4096).default(1),
      })
      .optional()
      .meta({ description: 'Links between leaves and spines. Default: rate and delay of `hostLink`, one link a pair.' }),
    placement: word(
      ['packed', 'strided', 'random'],
      'Which host is rank r. packed: host r; strided: leaf r mod leaves, its host floor(r / leaves); random: a seeded permutation.',
    ).default('packed'),
  })
  .meta({ description: 'A two-tier leaf-spine.' });

export const topology = z.discriminatedUnion('kind', [leafSpine]).meta({ description: 'The fabric: switches, hosts, links.' });
export type TopologyConfig = z.output<typeof topology>;
