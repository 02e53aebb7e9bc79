import { fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { comparable, differences } from './compare.ts';
import { runOracle } from './oracle.ts';
import { inputOf } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';
import { BUGS, type Bug } from './types.ts';

/** A fixed list, so that every planted bug is known to be seen by it. */
const inputs = fc.sample(scenarioCases, { numRuns: 60, seed: 42 }).map(inputOf);
const right = inputs.map((input) => comparable(runOracle(input)));

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
