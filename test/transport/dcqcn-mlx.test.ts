import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DcqcnMlxSpec } from '../../sim/base/transport-spec.ts';
import { DcqcnMlx } from '../../sim/transport/dcqcn-mlx.ts';
import { COMMON, Driver, LINE_BPS, controlContext } from './control-harness.ts';

const US = 1e6;
/** The decrease timer starts 1 ns after the alpha timer. */
const PHASE = 1000;

const SCRIPT: DcqcnMlxSpec = {
  kind: 'dcqcn-mlx',
  g: 1 / 256,
  alphaTimerPs: US,
  decreaseTimerPs: 4 * US,
  increaseTimerPs: 300 * US,
  fastRecovery: 1,
  additiveIncreaseBps: null,
  hyperIncreaseBps: null,
  minRateBps: 1e9,
  clampTarget: false,
  firstCnpFactor: 1,
  ...COMMON,
};

const driver = (spec: Partial<DcqcnMlxSpec> = {}): Driver<DcqcnMlx> => {
  const context = controlContext();
  return new Driver(new DcqcnMlx({ ...SCRIPT, ...spec }, context), context);
};

describe('dcqcn-mlx', () => {
  test('the first mark cuts nothing at once; the first decrease timer, 4 us and 1 ns later, does', () => {
    const flow = driver({ g: 0.5, alphaTimerPs: 3 * US });
    flow.ack({ nowPs: 0, marked: true });
    flow.transmit(4 * US + PHASE - 1);
    expect(flow.rateBps).toBe(LINE_BPS);
    flow.transmit(4 * US + PHASE);
    // One alpha timer before it, unflagged: alpha 1/2.
    expect(flow.rateBps).toBe(300e9);
  });

  test('alpha moves before the rate is cut where both timers are due together', () => {
    const flow = driver({ g: 0.5, alphaTimerPs: 4 * US });
    flow.ack({ nowPs: 0, marked: true });
    flow.transmit(5 * US);
    expect(flow.rateBps).toBe(300e9);
  });

  test('a flagged alpha timer adds g, once', () => {
    const flow = driver({ g: 0.5, alphaTimerPs: 3 * US, decreaseTimerPs: 7 * US });
    flow.ack({ nowPs: 0, marked: true });
    flow.ack({ nowPs: US, marked: true });
    flow.ack({ nowPs: 2 * US, marked: true });
    // 3 us: 1/2 + 1/2 = 1; 6 us: 1/2; decrease at 7.001 us by 1/4.
    flow.transmit(8 * US);
    expect(flow.rateBps).toBe(300e9);
  });

  test('the increase timer starts with the first decrease: half the way, then additively, then faster', () => {
    const flow = driver({ g: 0.5, alphaTimerPs: 3 * US, additiveIncreaseBps: 8e9, hyperIncreaseBps: 40e9 });
    flow.ack({ nowPs: 0, marked: true });
    const cut = 4 * US + PHASE;
    const rateAt = (timePs: number): number => {
      flow.transmit(timePs);
      return flow.rateBps;
    };
    expect(rateAt(cut + 300 * US - 1)).toBe(300e9);
    expect(rateAt(cut + 300 * US)).toBe(350e9);
    // The target is at line rate and cannot rise.
    expect(rateAt(cut + 600 * US)).toBe(375e9);
    flow.ack({ nowPs: cut + 700 * US, marked: true });
    // stage 2 > 0: the target falls to the rate before the cut; alpha has decayed to nothing but the flag's half.
    const again = rateAt(cut + 704 * US);
    expect(again).toBeGreaterThan(375e9 * 0.74);
    expect(again).toBeLessThan(375e9 * 0.88);
    const nextCut = cut + 704 * US;
    expect(rateAt(nextCut + 300 * US)).toBe((again + 375e9) / 2);
    const half = flow.rateBps;
    expect(rateAt(nextCut + 600 * US)).toBe((half + 383e9) / 2);
    const added = flow.rateBps;
    expect(rateAt(nextCut + 900 * US)).toBe((added + LINE_BPS) / 2);
  });

  test('the target follows a second cut in a row only with clampTarget', () => {
    const afterTwoCuts = (clampTarget: boolean): number => {
      const flow = driver({ g: 0.5, alphaTimerPs: 1e9, clampTarget });
      flow.ack({ nowPs: 0, marked: true });
      flow.ack({ nowPs: 5 * US, marked: true });
      flow.transmit(8 * US + PHASE);
      expect(flow.rateBps).toBe(100e9);
      flow.transmit(308 * US + PHASE);
      return flow.rateBps;
    };
    expect(afterTwoCuts(false)).toBe(250e9);
    expect(afterTwoCuts(true)).toBe(150e9);
  });

  test('the first mark may set the rate', () => {
    const flow = driver({ firstCnpFactor: 0.25 });
    flow.ack({ nowPs: 0, marked: true });
    expect(flow.rateBps).toBe(100e9);
  });

  test('a trimmed packet counts as a marked one', () => {
    const flow = driver();
    flow.nack({ nowPs: 0 });
    flow.transmit(5 * US);
    expect(flow.rateBps).toBeLessThan(LINE_BPS);
  });

  test('lazy timers do what timers would do one by one, and the rate stays between the least and the line', () => {
    const step = fc.record({
      gapPs: fc.oneof(fc.integer({ min: 0, max: 5 * US }), fc.constantFrom(4 * US, 300 * US, 301 * US, 4000 * US)),
      what: fc.constantFrom('mark', 'mark', 'ack', 'send'),
    });
    const options = fc.record({
      g: fc.constantFrom(1 / 256, 0.5),
      clampTarget: fc.boolean(),
      alphaTimerPs: fc.constantFrom(US, 4 * US + PHASE, 7_000_003),
      increaseTimerPs: fc.constantFrom(300 * US, 4 * US, 13 * US),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), options, (steps, option) => {
        const spec: DcqcnMlxSpec = { ...SCRIPT, ...option };
        const context = controlContext();
        const flow = new Driver(new DcqcnMlx(spec, context), context);
        const naive = new NaiveMlx(spec);
        let nowPs = 0;
        for (const { gapPs, what } of steps) {
          nowPs += gapPs;
          naive.runTo(nowPs);
          if (what === 'send') flow.transmit(nowPs);
          else flow.ack({ nowPs, marked: what === 'mark' });
          if (what === 'mark') naive.flag(nowPs);
          expect(flow.rateBps).toBe(naive.rate);
          expect(flow.rateBps).toBeGreaterThanOrEqual(1e9);
          expect(flow.rateBps).toBeLessThanOrEqual(LINE_BPS);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** The rule of docs/model-congestion.md, one timer after the other. */
class NaiveMlx {
  rate = LINE_BPS;
  #target = LINE_BPS;
  #alpha = 1;
  #stage = 0;
  #alphaFlag = false;
  #decreaseFlag = false;
  #nextAlpha = Infinity;
  #nextDecrease = Infinity;
  #nextIncrease = Infinity;
  readonly #spec: DcqcnMlxSpec;

  constructor(spec: DcqcnMlxSpec) {
    this.#spec = spec;
  }

  runTo(untilPs: number): void {
    for (;;) {
      const next = Math.min(this.#nextAlpha, this.#nextIncrease, this.#nextDecrease);
      if (next > untilPs) return;
      if (next === this.#nextAlpha) this.#moveAlpha();
      else if (next === this.#nextIncrease) this.#increase();
      else this.#decrease();
    }
  }

  flag(nowPs: number): void {
    this.#decreaseFlag = true;
    if (this.#nextAlpha < Infinity) {
      this.#alphaFlag = true;
      return;
    }
    this.#nextAlpha = nowPs + this.#spec.alphaTimerPs;
    this.#nextDecrease = nowPs + PHASE + this.#spec.decreaseTimerPs;
  }

  #moveAlpha(): void {
    const { g, alphaTimerPs } = this.#spec;
    this.#alpha = (1 - g) * this.#alpha + (this.#alphaFlag ? g : 0);
    if (this.#alpha < 1e-12) this.#alpha = 0;
    this.#alphaFlag = false;
    this.#nextAlpha += alphaTimerPs;
  }

  #increase(): void {
    const { fastRecovery, increaseTimerPs } = this.#spec;
    if (this.#stage === fastRecovery) this.#target = Math.min(LINE_BPS, this.#target + LINE_BPS / 5000);
    if (this.#stage > fastRecovery) this.#target = Math.min(LINE_BPS, this.#target + LINE_BPS / 500);
    this.rate = (this.rate + this.#target) / 2;
    this.#stage++;
    this.#nextIncrease += increaseTimerPs;
  }

  #decrease(): void {
    const { clampTarget, minRateBps, decreaseTimerPs, increaseTimerPs } = this.#spec;
    if (this.#decreaseFlag) {
      if (clampTarget || this.#stage > 0) this.#target = this.rate;
      this.rate = Math.max(minRateBps, this.rate * (1 - this.#alpha / 2));
      this.#stage = 0;
      this.#decreaseFlag = false;
      this.#nextIncrease = this.#nextDecrease + increaseTimerPs;
    }
    this.#nextDecrease += decreaseTimerPs;
  }
}
