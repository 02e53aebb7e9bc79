import { z } from 'zod';
import { count, integer, kind, rate, time, word } from './fields.ts';
import { files, servers } from './topology-parts.ts';
import { wirelessHop } from './wireless-hop.ts';

const DELAY = 'Propagation delay of one link. At least 1ps: a link without delay has no lookahead.';

const link = (description: string) => z.strictObject({ rate: rate('Rate of each direction.'), delay: time(DELAY) }).meta({ description });

const placement = (tor: string, tors: string) =>
  word(
    ['packed', 'strided', 'random'],
    `Which host is rank r. packed: host r; strided: ${tor} r mod ${tors}, its host floor(r / ${tors}); random: a seeded permutation. Servers are placed whole, by the same rule.`,
  ).default('packed');

const packedOrRandom = word(
  ['packed', 'random'],
  'Which host is rank r. packed: host r; random: a seeded permutation. Servers are placed whole.',
).default('packed');

const fabricLink = z
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
  .meta({ description: 'Links between leaves and spines. Default: rate and delay of `hostLink`, one link a pair.' });

const leafSpine = z
  .strictObject({
    kind: kind('leaf-spine', 'Two tiers; every leaf is joined to every spine.'),
    leaves: count('Leaf (top-of-rack) switches.'),
    spines: count('Spine switches: the paths between two leaves, times the links of a bundle.'),
    hostsPerLeaf: count('Hosts on each leaf. Fewer uplink capacity than host capacity is oversubscription.'),
    hostLink: link('Links between a host and its leaf.'),
    fabricLink,
    placement: placement('leaf', 'leaves'),
    wireless: wirelessHop.optional(),
    ...servers,
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
    wireless: wirelessHop.optional(),
    ...servers,
  })
  .meta({ description: 'A three-tier fat tree. Fewer switches above than below are oversubscription.' });

const rail = z
  .strictObject({
    kind: kind('rail', 'Servers in segments, with a leaf for each of their NICs; every leaf is joined to every spine.'),
    servers: count('Servers.'),
    ...servers,
    gpusPerServer: servers.gpusPerServer.unwrap(),
    serversPerSegment: count('Servers on the leaves of a segment, a divisor of servers. Default: all of them, in one segment.').optional(),
    spines: integer(
      'Spine switches, which join all leaves. 0: only the rails; messages must cross NVLink to the right one first.',
      0,
      2 ** 23,
      8,
    ),
    hostLink: link('Links between a NIC and its leaf.'),
    fabricLink,
    placement: placement('segment', 'segments'),
  })
  .meta({ description: 'A rail-optimised fabric: NIC i of the servers of a segment is on its leaf i.' });

const dumbbell = z
  .strictObject({
    kind: kind('dumbbell', 'Two switches with one link between them.'),
    hostsPerSide: count('Hosts on each of the two switches.'),
    hostLink: link('Links between a host and its switch.'),
    bottleneck: link('The link between the switches.'),
    placement: packedOrRandom,
    wireless: wirelessHop.optional(),
    ...servers,
  })
  .meta({ description: 'Two switches and the link that all between them share.' });

const graph = z
  .strictObject({
    kind: kind('graph', 'Any graph of switches, each host on one of them; packets take shortest paths.'),
    hosts: count('Hosts, nodes 0 to hosts - 1.', 2 ** 23, 2),
    switches: count('Switches, the nodes from hosts on; switch s is node hosts + s.', 2 ** 23, 1),
    links: z
      .array(
        z.strictObject({
          between: z
            .array(integer('Number of a node.', 0, 2 ** 24))
            .length(2)
            .meta({ description: 'Numbers of the two nodes.', example: [0, 2] }),
          rate: rate('Rate of each direction.'),
          delay: time(DELAY),
        }),
      )
      .min(1)
      .meta({
        description: 'The links, in the order of the ports of each node.',
        example: [0, 1].map((host) => ({ between: [host, 2], rate: '400Gbps', delay: '500ns' })),
      }),
    placement: packedOrRandom,
    wireless: wirelessHop.optional(),
    ...servers,
  })
  .meta({ description: 'Any graph of switches.' });

export const topology = z
  .discriminatedUnion('kind', [leafSpine, fatTree, rail, dumbbell, graph, files(packedOrRandom)])
  .meta({ description: 'The fabric: switches, hosts, links.' });

type AnyTopology = z.output<typeof topology>;
/** A fabric in a file, which the loader puts in its place before anything else looks at it. */
export type TopologyFileConfig = Extract<AnyTopology, { kind: 'file' }>;
export type TopologyConfig = Exclude<AnyTopology, { kind: 'file' }>;
