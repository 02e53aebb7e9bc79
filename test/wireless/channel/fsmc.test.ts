import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../sim/base/errors.ts';
import { buildRadio } from '../../../wireless/build-radio.ts';
import { buildChain, equiprobableEdges, exactChain, largestValidDopplerHz, wangMoayeri } from '../../../wireless/channel/fsmc.ts';
import { instantaneousThresholds } from '../../../wireless/phy/amc.ts';
import type { WirelessScenario } from '../../../wireless/scenario.ts';
import { BLOCK_CHANNEL, ONE_LINK, ONE_USER } from '../../../wireless/validation/defaults.ts';
import { SLOT_S, SNR_15_DB, TM2 } from '../closed-form.ts';

const EDGES = instantaneousThresholds(TM2, 0.01);
const FAST = { meanSnr: SNR_15_DB, m: 1, dopplerHz: 25 };

const chained = (changes: Partial<WirelessScenario>): WirelessScenario => ({
  ...ONE_LINK,
  users: [{ ...ONE_USER, channel: { ...BLOCK_CHANNEL, correlation: 'fsmc', dopplerHz: 5 } }],
  ...changes,
});

describe('a chain of Wang and Moayeri with a negative probability (trap)', () => {
  test('is refused by name of the nearest valid Doppler frequency, at which it is accepted', () => {
    const attempt = (dopplerHz: number) => buildChain('wang-moayeri', EDGES, { ...FAST, dopplerHz }, SLOT_S, 'refuse');
    let error: unknown;
    try {
      attempt(25);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ConfigError);
    const valid = largestValidDopplerHz(EDGES, FAST, SLOT_S);
    expect((error as ConfigError).describe()).toContain(`${valid.toPrecision(4)} Hz`);
    expect(attempt(valid * 0.9999).leastStay).toBeGreaterThanOrEqual(0);
    expect(() => attempt(valid * 1.0001)).toThrow(ConfigError);
  });

  test('is replaced by the exact chain where that is asked for', () => {
    expect(buildChain('wang-moayeri', EDGES, FAST, SLOT_S, 'exact').transitions).toEqual(exactChain(EDGES, FAST, SLOT_S).transitions);
  });

  test('is shortened to steps of a half or a quarter of a slot, and a slot is then two or four of them', () => {
    const chain = buildChain('wang-moayeri', EDGES, FAST, SLOT_S, 'shorten');
    expect(chain.slotS).toBe(SLOT_S);
    const states = chain.law.length;
    const half = wangMoayeri(EDGES, FAST, SLOT_S / 2);
    expect(half.leastStay).toBeGreaterThanOrEqual(0);
    for (let i = 0; i < states; i++) {
      let row = 0;
      for (let j = 0; j < states; j++) {
        const entry = chain.transitions[i * states + j]!;
        let twice = 0;
        for (let k = 0; k < states; k++) twice += half.transitions[i * states + k]! * half.transitions[k * states + j]!;
        expect(entry).toBeCloseTo(twice, 14);
        expect(entry).toBeGreaterThanOrEqual(0);
        row += entry;
      }
      expect(row).toBeCloseTo(1, 14);
      expect(chain.leastStay).toBeLessThanOrEqual(chain.transitions[i * states + i]!);
    }
  });
});

test('the chain of Wang and Moayeri keeps its law, and reaches neighbours only', () => {
  const chain = wangMoayeri(equiprobableEdges(8, 10), { meanSnr: 10, m: 1, dopplerHz: 5 }, SLOT_S);
  const states = 8;
  for (let j = 0; j < states; j++) {
    let into = 0;
    for (let i = 0; i < states; i++) {
      into += chain.law[i]! * chain.transitions[i * states + j]!;
      if (Math.abs(i - j) > 1) expect(chain.transitions[i * states + j]).toBe(0);
    }
    expect(into).toBeCloseTo(chain.law[j]!, 12);
  }
});

describe('a channel of states', () => {
  test.each([
    ['csi.periodSlots', { csi: { ...ONE_LINK.csi, periodSlots: 4 } }],
    ['csi.quantiser', { csi: { ...ONE_LINK.csi, quantiser: { stepDb: 1 } } }],
    ['csi.estimator', { csi: { ...ONE_LINK.csi, estimator: 'lmmse' } }],
    ['csi.feedbackError', { csi: { ...ONE_LINK.csi, feedbackError: 0.1 } }],
    ['csi.olla.on', { csi: { ...ONE_LINK.csi, olla: { ...ONE_LINK.csi.olla, on: true } } }],
    ['arq.harq', { arq: { ...ONE_LINK.arq, harq: 'chase' } }],
    ['phy.power', { phy: { ...ONE_LINK.phy, power: 'inversion' } }],
  ] as const)('refuses %s, which needs an SNR', (path, changes) => {
    expect(() => buildRadio(chained(changes), 0)).toThrow(path);
  });

  test('tells its sender the state of `delaySlots` ago', () => {
    const delayed = buildRadio(chained({ csi: { ...ONE_LINK.csi, delaySlots: 3 } }), 0);
    const fresh = buildRadio(chained({}), 0);
    const states = Array.from({ length: 500 }, () => fresh.step());
    const reported = Array.from({ length: 500 }, () => delayed.step());
    expect(new Set(states).size).toBeGreaterThan(3);
    expect(reported.slice(3)).toEqual(states.slice(0, -3));
  });
});

test.each([
  [0.5, 40],
  [0.6, 40],
  [0.75, 10],
  [1, 10],
  [1.4, 9],
  [2, 10],
])('the exact chain keeps its law, also where the density is not smooth at 0: m = %d at %d Hz', (m, dopplerHz) => {
  const { law, transitions } = exactChain(EDGES, { ...FAST, m, dopplerHz }, SLOT_S);
  const states = law.length;
  for (let j = 0; j < states; j++) {
    let after = 0;
    for (let i = 0; i < states; i++) after += law[i]! * transitions[i * states + j]!;
    expect(Math.abs(after / law[j]! - 1)).toBeLessThan(1e-8);
  }
});
