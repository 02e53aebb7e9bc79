import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TRANSPORT_BUGS, type Bug } from './bugs.ts';
import { comparable, differences } from './compare.ts';
import { runOracle } from './oracle.ts';
import { inputOf } from './scenario-case.ts';
import { TRANSPORT_CASES, type TransportFeature } from './transport-scenarios.ts';

/** The scenarios that are about the rule that a bug breaks. */
const SHOWN_BY: Readonly<Record<(typeof TRANSPORT_BUGS)[number], TransportFeature>> = {
  'count-of-all-packets': 'loss recovery and answers',
  'selection-from-the-expected': 'hundreds of packets under way',
  'queued-packets-leave-twice': 'loss recovery and answers',
  'sample-of-any-retransmission': 'swift',
  'headers-unheard': 'loss recovery and answers',
  'one-channel-a-host': 'loss recovery and answers',
  'one-place-too-many': 'loss recovery and answers',
  'discards-say-nothing': 'loss recovery and answers',
  'half-of-the-marked-bytes': 'dctcp-uec',
  'notification-for-every-mark': 'dcqcn',
  'timers-in-phase': 'dcqcn-mlx',
  'larger-of-two-queues': 'hpcc',
  'a-round-an-answer': 'timely',
  'upper-median': 'swift',
  'decrease-at-every-answer': 'swift',
  'no-quick-adapt': 'nscc',
  'pulls-in-a-row': 'eqds',
  'last-hop-slows-grants': 'rccc-os',
  'asks-beyond-the-window': 'nscc with credit',
  'speculation-goes-on': 'rccc',
};

/** Bugs that only some of those scenarios can show: the others, which take long, are left out. */
const NEEDS_SELECTIONS: readonly Bug[] = ['selection-from-the-expected', 'queued-packets-leave-twice'];

/** A run that breaks down is no disagreement. */
function shows(bug: Bug, feature: TransportFeature): boolean {
  const sample = fc.sample(TRANSPORT_CASES[feature], { numRuns: 150, seed: 42 });
  const able = sample.filter(({ scenario }) => scenario.nic.acks === 'uec-sack' || !NEEDS_SELECTIONS.includes(bug));
  return able.some((scenarioCase) => {
    const input = inputOf(scenarioCase);
    return differences(comparable(runOracle(input)), comparable(runOracle(input, { bugs: [bug] }))).length > 0;
  });
}

describe('a planted bug of a sender, a receiver or a control is seen as a disagreement on some random scenario', () => {
  test.each(TRANSPORT_BUGS)('%s', (bug) => {
    expect(shows(bug, SHOWN_BY[bug])).toBe(true);
  });
});
