import { z } from 'zod';
import { bytes, count, flag, kind, time, word } from './fields.ts';
import { HOST_BALANCERS } from './host-balancer.ts';
import { MESSAGE_BALANCERS, SWITCH_BALANCERS } from './switch-balancer.ts';

const ethereal = z
  .strictObject({
    kind: kind('ethereal', 'Single path a sub-flow; the sender splits few flows so that every uplink carries the same.'),
    split: word(
      ['equal', 'fewest', 'none'],
      'equal: equal pieces; fewest: as few pieces as exact balance allows; none: whole flows.',
    ).default('equal'),
    remainder: word(['spread', 'last'], 'Where the bytes go that do not divide: spread over the pieces, or all on the last one.').default(
      'spread',
    ),
    minPiece: bytes('No piece is made smaller than this. Default: one packet payload (nic.mtu).').optional(),
    maxPieces: count('Most pieces of one flow. Default: no limit.').optional(),
    batchWindow: time('The first send of a batch waits this long for others.', { min: 0 }).prefault('100ns'),
    startJitter: time('Each sub-flow starts after a uniform whole number of nanoseconds up to this.', { min: 0, step: 1000 }).prefault(
      '50ns',
    ),
    shuffleDestinations: flag('Destination leaves are visited in random order.').default(true),
    shuffleFlows: flag('Flows of a group are assigned in random order.').default(true),
    shufflePaths: flag('Paths are taken in random order.').default(true),
    weights: flag('Paths share in proportion to their capacity; false: all alike, as in the paper.').default(true),
    failedAfter: time('A retransmission timeout after so long a silence is taken for a failure of the path.', { min: 0 }).prefault('1ms'),
    failedPathTimeout: time('A failed path is avoided by its sender for so long.').prefault('100ms'),
    repath: word(
      ['good', 'random'],
      'Where a sub-flow of a failed path goes. good: to a path that is not avoided, if there is one; random: to any other.',
    ).default('good'),
  })
  .meta({ description: 'Ethereal (arXiv 2407.00550).' });

export const balancer = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: kind('ecmp', 'Every switch hashes the flow.') }).meta({ description: 'Flow hashing.' }),
    z
      .strictObject({
        kind: kind('ecmp-split', 'Every message becomes k flows, each hashed on its own.'),
        k: count('Parts of each message.', 65_536).default(4),
      })
      .meta({ description: 'Hashed splitting.' }),
    z
      .strictObject({ kind: kind('spray', 'A random entropy a packet, drawn at the host.') })
      .meta({ description: 'Random packet spraying.' }),
    z
      .strictObject({ kind: kind('drb', 'Packets to a destination take its paths in turn, at the host.') })
      .meta({ description: 'Digit-reversal bouncing: rotation per destination.' }),
    z
      .strictObject({
        kind: kind('spray-switch-rr', 'Switches deal packets out in turn over the next hops.'),
        variant: word(['plain', 'permute'], 'permute: the order is shuffled at every wrap.').default('plain'),
      })
      .meta({ description: 'Round robin at the switch.' }),
    ...MESSAGE_BALANCERS,
    ...SWITCH_BALANCERS,
    ...HOST_BALANCERS,
    ethereal,
  ])
  .meta({ description: 'How packets find their path. A bare word is the kind.', shorthand: true });
export type BalancerConfig = z.output<typeof balancer>;
