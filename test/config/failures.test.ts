import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { FailureSpec } from '../../sim/base/failure-spec.ts';
import { failureBlock } from '../../sweep/config/failure-specs.ts';
import { runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';
import { VALID_CONFIG } from './malformed/base.ts';

const failuresOf = async (list: string): Promise<readonly FailureSpec[]> =>
  (await runSingle(await loadText(`${VALID_CONFIG}failures: ${list}\n`))).scenario.failures;

const both = { untilPs: Infinity, direction: 'both' };
const CASES: readonly (readonly [string, unknown])[] = [
  ['{ link: leaf0-spine0 }', { link: 'leaf0-spine0' }],
  ['{ link: leaf0-spine0, at: 0s, converge: 0s }', { link: 'leaf0-spine0' }],
  ['{ switch: spine1 }', { link: 'spine1' }],
  [
    '{ link: leaf0-spine0, converge: never }',
    { link: 'leaf0-spine0', course: { ...both, atPs: 0, fault: { kind: 'down', convergePs: Infinity } } },
  ],
  [
    '{ link: host1-leaf0, at: 1us, until: 100ms, converge: 50us, direction: up }',
    { link: 'host1-leaf0', course: { atPs: 1e6, untilPs: 100e9, direction: 'up', fault: { kind: 'down', convergePs: 50e6 } } },
  ],
  ['{ switch: leaf1, at: 1us }', { link: 'leaf1', course: { ...both, atPs: 1e6, fault: { kind: 'down', convergePs: 0 } } }],
  [
    '{ link: leaf0-spine0, rate: 25% }',
    { link: 'leaf0-spine0', course: { ...both, atPs: 0, fault: { kind: 'rate-factor', factor: 0.25 } } },
  ],
  [
    '{ link: leaf0-spine0, rate: 7.3% }',
    { link: 'leaf0-spine0', course: { ...both, atPs: 0, fault: { kind: 'rate-factor', factor: 0.073 } } },
  ],
  [
    '{ link: leaf0-spine0, rate: 100Gbps }',
    { link: 'leaf0-spine0', course: { ...both, atPs: 0, fault: { kind: 'rate', rateBps: 100e9 } } },
  ],
  [
    '{ link: leaf0-spine0, loss: 1e-3 }',
    { link: 'leaf0-spine0', course: { ...both, atPs: 0, fault: { kind: 'loss', probability: 1e-3 } } },
  ],
  [
    '{ link: leaf0-spine0, ber: 1e-12 }',
    { link: 'leaf0-spine0', course: { ...both, atPs: 0, fault: { kind: 'bit-error', probability: 1e-12 } } },
  ],
  [
    '{ link: leaf0-spine0, until: 1ms, flap: { down: 10us, up: 90us } }',
    {
      link: 'leaf0-spine0',
      course: { atPs: 0, untilPs: 1e9, direction: 'both', fault: { kind: 'flap', downPs: 10e6, upPs: 90e6, convergePs: 0 } },
    },
  ],
];

describe('failures of a config', () => {
  test.each(CASES)('%s', async (text, expected) => {
    const [failure] = await failuresOf(`[${text}]`);
    expect(failure).toEqual(expected);
  });

  test.each(CASES)('%s, written out again, is the same failure', async (text) => {
    const failures = await failuresOf(`[${text}]`);
    expect(await failuresOf(JSON.stringify(failures.map(failureBlock)))).toEqual(failures);
    expect(stringify(failures.map(failureBlock))).not.toContain('undefined');
  });

  test('one link may fail twice, and be slow besides', async () => {
    const list = '[{ link: leaf0-spine0, until: 1us }, { link: leaf0-spine0, at: 1us, until: 2us }, { link: leaf0-spine0, rate: 50% }]';
    expect(await failuresOf(list)).toHaveLength(3);
  });

  test('the two directions of a link may fail at one time', async () => {
    const list = '[{ link: leaf0-spine0, at: 1us, direction: up }, { link: leaf0-spine0, at: 1us, direction: down }]';
    expect(await failuresOf(list)).toHaveLength(2);
  });
});
