import { z } from 'zod';
import { count, integer, kind, rate, time, word } from './fields.ts';

const DELAY = 'Propagation delay of one link. At least 1ps: a link without delay has no lookahead.';

const link = (description: string) => z.strictObject({ rate: rate('Rate of each direction.'), delay: time(DELAY) }).meta({ description });

const placement = (tor: string, tors: string) =>
  word(
    ['packed', 'strided', 'random'],
    `Which host is rank r. packed: host r; strided: ${tor} r mod ${tors}, its host floor(r / ${tors}); random: a seeded permutation.`,
  ).default('packed');

const leafSpine = z
  .strictObject({
    kind: kind('leaf-spine', 'Two tiers; every leaf is joined to every spine.'),
    leaves: count('Leaf (top-of-rack) switches.'),
    spines: count('Spine switches: the paths between two leaves, times the links of a bundle.'),
    hostsPerLeaf: count('Hosts on each leaf. Fewer uplink capacity than host capacity is oversubscription.'),
    hostLink: link('Links between a host and its leaf.'),
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
    placement: placement('leaf', 'leaves'),
  })
  .meta({ description: 'A two-tier leaf-spine.' });

const fatTree = z
  .strictObject({
    kind: kind('fat-tree', 'Three tiers: ToRs and aggregation switches in pods, core switches above.'),
    k: integer(
      'Ports of every switch, an even number. Without the counts below: k pods of k/2 ToRs and k/2 aggregation switches, k/2 hosts a ToR, (k/2)^2 cores.',
      2,
      2 ** 16,
      8,
    ).multipleOf(2),
    pods: count('Pods; at most k. Default k.').optional(),
    torsPerPod: count('ToRs (top-of-rack switches) of a pod. Default k/2.').optional(),
    aggsPerPod: count('Aggregation switches of a pod; each ToR is joined to all of them. Default k/2.').optional(),
    coresPerAgg: count(
      'Core switches above each aggregation switch: aggsPerPod x coresPerAgg in all. With the ToRs at most k. Default k/2.',
    ).optional(),
    hostsPerTor: count('Hosts on each ToR; with the aggregation switches at most k. Default k/2.').optional(),
    hostLink: link('Links between a host and its ToR.'),
    fabricLink: link('Links between ToRs and aggregation switches. Default: those of `hostLink`.').optional(),
    coreLink: link('Links between aggregation and core switches. Default: those of `fabricLink`.').optional(),
    placement: placement('ToR', 'ToRs'),
  })
  .meta({ description: 'A three-tier fat tree. Fewer switches above than below are oversubscription.' });

export const topology = z.discriminatedUnion('kind', [leafSpine, fatTree]).meta({ description: 'The fabric: switches, hosts, links.' });
export type TopologyConfig = z.output<typeof topology>;
