import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUGS, type Bug } from './bugs.ts';
import { comparable, differences } from './compare.ts';
import { stormCases } from './corner-cases.ts';
import { arrivalTimesPs, fullBitmapInput, twoRotationsInput } from './fixtures.ts';
import { runOracle } from './oracle.ts';
import { inputOf } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';
import type { OracleInput } from './types.ts';

/** A fixed list, so that every planted bug is known to be seen by it. */
const random = fc.sample(scenarioCases, { numRuns: 150, seed: 42 }).map(inputOf);
const stormy = fc.sample(stormCases, { numRuns: 60, seed: 42 }).map(inputOf);
const inputs = [...random, ...stormy, ...random.slice(0, 10).map(stoppedAtAnArrival), fullBitmapInput(), twoRotationsInput()];
const right = inputs.map((input) => comparable(runOracle(input)));

function stoppedAtAnArrival(input: OracleInput): OracleInput {
  const timesPs = arrivalTimesPs(input);
  return { ...input, scenario: { ...input.scenario, stopAtPs: timesPs[timesPs.length >> 1] ?? input.scenario.stopAtPs } };
}

/** Reversed paths differ from forward ones only where a bundle has a dead cable; there the answer meets a dead link. */
const BREAKS_DOWN: Bug = 'ack-on-forward-path';

/** A disagreement with the unchanged oracle; a run that breaks down is one only where that is how the bug shows. */
function isCaught(bug: Bug, index: number): boolean {
  try {
    return differences(right[index]!, comparable(runOracle(inputs[index]!, { bugs: [bug] }))).length > 0;
  } catch {
    return bug === BREAKS_DOWN;
  }
}

describe('a planted bug is seen as a disagreement on some random scenario', () => {
  test.each(BUGS)('%s', (bug) => {
    expect(inputs.some((_, index) => isCaught(bug, index))).toBe(true);
  });

  test('and no bug is no disagreement', () => {
    inputs.forEach((input, index) => expect(differences(right[index]!, comparable(runOracle(input)))).toEqual([]));
  });
});
