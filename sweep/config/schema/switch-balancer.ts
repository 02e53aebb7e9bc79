import { z } from 'zod';
import { count, flag, integer, kind, time, word } from './fields.ts';

const key = word(
  ['q', 'b', 'pause-q', 'pause-b', 'q-b', 'pause-q-b', 'flows'],
  'What is compared, in this order. q: queue in four levels; b: utilisation in four levels; pause: whether a PAUSE holds the port; flows: flows sent there.',
);
const gap = (fallback: string) =>
  time('A longer pause in a flow begins a flowlet, which may take another path.', { min: 0 }).prefault(fallback);

/** Balancers that decide by message, and hashing by weight. */
export const MESSAGE_BALANCERS = [
  z
    .strictObject({ kind: kind('wcmp', 'Every switch hashes the flow over its next hops by the capacity that they lead to.') })
    .meta({ description: 'Flow hashing by weight (EuroSys 2014).' }),
  z
    .strictObject({ kind: kind('rr-flow', 'Messages to a leaf take its paths in turn, from a random start a host.') })
    .meta({ description: 'Whole messages in turn, pinned.' }),
  z
    .strictObject({
      kind: kind('nccl-qp', 'A connection has several queue pairs, and each its own hash.'),
      queuePairs: count('Of each pair of hosts (NCCL_IB_QPS_PER_CONNECTION).', 128).default(1),
      split: flag('Each message over all queue pairs (NCCL_IB_SPLIT_DATA_ON_QPS); false: whole messages in turn.').default(false),
    })
    .meta({ description: 'Queue pairs of NCCL.' }),
  z
    .strictObject({
      kind: kind('hpn-least-outstanding', 'Each message takes the connection of its pair of hosts with the fewest bytes outstanding.'),
      connections: count('Of each pair of hosts, pinned to a path each, as disjoint as can be.', 128).default(4),
    })
    .meta({ description: 'Connections of HPN (SIGCOMM 2024).' }),
] as const;

/** Balancers that choose the next hop of each packet at the switch. */
export const SWITCH_BALANCERS = [
  z
    .strictObject({ kind: kind('spray-tor-rr', 'ToRs deal packets out in turn, reshuffled every five rounds; others hash.') })
    .meta({ description: 'Round robin at the ToR.' }),
  z
    .strictObject({ kind: kind('ofan', 'Switches rotate over their next hops, a rotation a destination.') })
    .meta({ description: 'Destination rotation at the switch (arXiv 2507.21372).' }),
  z
    .strictObject({ kind: kind('ar', 'Switches send each packet to one of the ports with the smallest key.'), key: key.default('q') })
    .meta({ description: 'Adaptive routing.' }),
  z
    .strictObject({ kind: kind('ar-p2c', 'Of two random next hops the one with the shorter queue.') })
    .meta({ description: 'Power of two choices.' }),
  z
    .strictObject({ kind: kind('ecmp-adaptive', 'Hashing; every second bad choice is replaced by a good one.'), key: key.default('q') })
    .meta({ description: 'Adaptive hashing of htsim.' }),
  z.strictObject({ kind: kind('jsq', 'The next hop with the shortest queue.') }).meta({ description: 'Join the shortest queue.' }),
  z
    .strictObject({ kind: kind('drill', 'The shortest queue of two random ports and the last best one.') })
    .meta({ description: 'DRILL (SIGCOMM 2017), d = 2, m = 1.' }),
  z
    .strictObject({ kind: kind('letflow', 'A random next hop for every flowlet.'), gap: gap('100us') })
    .meta({ description: 'LetFlow (NSDI 2017).' }),
  z
    .strictObject({
      kind: kind('flowlet-ar', 'Adaptive routing of flows, which may move at every flowlet.'),
      gap: gap('10us'),
      key: key.default('q'),
    })
    .meta({ description: 'Adaptive routing by flowlet.' }),
  z
    .strictObject({
      kind: kind('conga', 'Flowlets take the least congested uplink, as far as the leaves have told each other.'),
      gap: gap('100us'),
      dreInterval: time('The rate estimator of a port decays by `alpha` once in this time.').prefault('50us'),
      alpha: z.number().gt(0).lt(1).default(0.2).meta({ description: 'Decay of the rate estimator.', example: 0.2 }),
      ageing: time('What is known of a path counts for so long.').prefault('500us'),
      bits: integer('Of a congestion metric.', 1, 8, 3).default(3),
    })
    .meta({ description: 'CONGA (SIGCOMM 2014).' }),
  z
    .strictObject({
      kind: kind('conweave', 'The source ToR moves a flow whose way takes long, the destination ToR puts its packets back in order.'),
      replySlack: time('A flow is moved when a reply takes longer than the base round-trip time of its ToRs and this.', {
        min: 0,
      }).prefault('4us'),
      pathPause: time('A path with marks is not chosen for so long.', { min: 0 }).prefault('8us'),
      expiry: time('After a longer pause a flow begins anew.').prefault('1ms'),
      flushSlack: time('What overtakes is held so much longer than the rest should take.', { min: 0 }).prefault('32us'),
      flushDefault: time('The time that the rest should take where none of it has come.').prefault('500us'),
    })
    .meta({ description: 'ConWeave (SIGCOMM 2023).' }),
] as const;

export type SwitchBalancerConfig = z.output<(typeof SWITCH_BALANCERS)[number]>;
