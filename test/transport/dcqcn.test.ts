import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DcqcnSpec } from '../../sim/base/transport-spec.ts';
import { Dcqcn } from '../../sim/transport/dcqcn.ts';
import { COMMON, Driver, LINE_BPS, controlContext } from './control-harness.ts';

const US = 1e6;

const PAPER: DcqcnSpec = {
  kind: 'dcqcn',
  g: 1 / 256,
  cnpIntervalPs: 50 * US,
  timerPs: 55 * US,
  byteCounterBytes: 10e6,
  fastRecovery: 5,
  additiveIncreaseBps: null,
  hyperIncreaseBps: null,
  minRateBps: 100e6,
  ...COMMON,
};

const driver = (spec: Partial<DcqcnSpec> = {}): Driver<Dcqcn> => {
  const context = controlContext();
  return new Driver(new Dcqcn({ ...PAPER, ...spec }, context), context);
};

describe('dcqcn', () => {
  test('starts at line rate, without a window, and stays there without marks', () => {
    const flow = driver();
    for (let i = 1; i <= 100; i++) flow.transmit(i * 100 * US, 1e6);
    expect(flow.rateBps).toBe(LINE_BPS);
    expect(flow.windowBytes).toBe(Infinity);
  });

  test('the first mark halves the rate: alpha is 1', () => {
    const flow = driver();
    flow.ack({ nowPs: 300 * US, marked: true });
    expect(flow.rateBps).toBe(200e9);
  });

  test('fast recovery halves the way to the rate before the cut, one timer at a time', () => {
    const flow = driver();
    flow.ack({ nowPs: 0, marked: true });
    const rates = [1, 2, 3, 4, 5].map((tick) => {
      flow.transmit(tick * 55 * US);
      return flow.rateBps;
    });
    expect(rates).toEqual([300e9, 350e9, 375e9, 387.5e9, 393.75e9]);
  });

  test('a timer that is due at the start of a packet counts for it', () => {
    const flow = driver();
    flow.ack({ nowPs: 7, marked: true });
    flow.transmit(55 * US + 6);
    expect(flow.rateBps).toBe(200e9);
    flow.transmit(55 * US + 7);
    expect(flow.rateBps).toBe(300e9);
  });

  test('marks within the interval wait for its end and are one notification', () => {
    const flow = driver({ g: 0.5 });
    flow.ack({ nowPs: 0, marked: true }); // 200, alpha stays 1
    flow.ack({ nowPs: 10 * US, marked: true });
    flow.ack({ nowPs: 20 * US, marked: true });
    flow.transmit(50 * US - 1);
    expect(flow.rateBps).toBe(200e9);
    flow.transmit(50 * US);
    expect(flow.rateBps).toBe(100e9);
    // The pending one began an interval: the next mark waits again.
    flow.ack({ nowPs: 99 * US, marked: true });
    expect(flow.rateBps).toBe(100e9);
    flow.ack({ nowPs: 100 * US });
    expect(flow.rateBps).toBe(50e9);
  });

  test('alpha decays at each timer, so a later cut is smaller', () => {
    const flow = driver({ g: 0.5 });
    flow.ack({ nowPs: 0, marked: true });
    // Two timers: alpha 1/4, rate 350; cut by 1/8.
    flow.ack({ nowPs: 120 * US, marked: true });
    expect(flow.rateBps).toBe(350e9 * (1 - 1 / 8));
  });

  test('the byte counter raises the rate like the timer; beyond fast recovery of one alone, additively', () => {
    const flow = driver({ byteCounterBytes: 10_000, additiveIncreaseBps: 1e9 });
    flow.ack({ nowPs: 0, marked: true });
    flow.transmit(1, 9999);
    expect(flow.rateBps).toBe(200e9);
    flow.transmit(2, 1);
    expect(flow.rateBps).toBe(300e9);
    flow.transmit(3, 40_000);
    expect(flow.rateBps).toBe(393.75e9);
    flow.transmit(4, 10_000);
    expect(flow.rateBps).toBe((401e9 + 393.75e9) / 2);
  });

  test('beyond fast recovery of both, hyper increase grows with the steps', () => {
    const slow = { additiveIncreaseBps: 1e6, hyperIncreaseBps: 8e6, fastRecovery: 1, byteCounterBytes: 1000 };
    const flow = driver(slow);
    flow.ack({ nowPs: 0, marked: true });
    flow.transmit(55 * US, 1000); // T = 1, BC = 1: 300, 350
    expect(flow.rateBps).toBe(350e9);
    flow.transmit(110 * US, 1000); // T = 2: target 400.001; BC = 2: min 2 > 1: target + 8e6
    const afterTimer = (400.001e9 + 350e9) / 2;
    expect(flow.rateBps).toBe((400.009e9 + afterTimer) / 2);
  });

  test('a notification starts the byte counter and the steps anew', () => {
    const flow = driver({ byteCounterBytes: 10_000, g: 0.5 });
    flow.ack({ nowPs: 0, marked: true });
    flow.transmit(1, 9000);
    flow.ack({ nowPs: 50 * US, marked: true });
    expect(flow.rateBps).toBe(100e9);
    flow.transmit(51 * US, 9000);
    expect(flow.rateBps).toBe(100e9);
    flow.transmit(52 * US, 1000);
    expect(flow.rateBps).toBe(150e9);
  });

  test('a trimmed packet counts as a marked one; losses and timeouts leave the rate alone', () => {
    const flow = driver();
    flow.loss(1);
    flow.timeout(2);
    expect(flow.rateBps).toBe(LINE_BPS);
    flow.nack({ nowPs: 3 });
    expect(flow.rateBps).toBe(200e9);
  });

  test('never falls below the least rate', () => {
    const flow = driver({ minRateBps: 150e9 });
    flow.ack({ nowPs: 0, marked: true });
    flow.ack({ nowPs: 50 * US, marked: true });
    expect(flow.rateBps).toBe(150e9);
  });

  test('lazy timers do what timers would do one by one, and the rate stays between the least and the line', () => {
    const step = fc.record({
      gapPs: fc.oneof(fc.integer({ min: 0, max: 40 * US }), fc.constantFrom(50 * US, 55 * US, 5e9)),
      what: fc.constantFrom('mark', 'ack', 'send', 'send', 'send'),
      bytes: fc.integer({ min: 1, max: 30_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1 / 256, 0.5), (steps, g) => {
        const spec: DcqcnSpec = { ...PAPER, g, byteCounterBytes: 50_000, minRateBps: 1e9 };
        const context = controlContext();
        const flow = new Driver(new Dcqcn(spec, context), context);
        const naive = new NaiveDcqcn(spec);
        let nowPs = 0;
        for (const { gapPs, what, bytes } of steps) {
          nowPs += gapPs;
          naive.runTo(nowPs);
          if (what === 'send') {
            flow.transmit(nowPs, bytes);
            naive.send(bytes);
          } else {
            flow.ack({ nowPs, marked: what === 'mark' });
            if (what === 'mark') naive.mark(nowPs);
          }
          expect(flow.rateBps).toBe(naive.rate);
          expect(flow.rateBps).toBeGreaterThanOrEqual(1e9);
          expect(flow.rateBps).toBeLessThanOrEqual(LINE_BPS);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** The rule of docs/model-congestion.md, one event after the other. */
class NaiveDcqcn {
  rate = LINE_BPS;
  #target = LINE_BPS;
  #alpha = 1;
  #ticks = 0;
  #byteEvents = 0;
  #counted = 0;
  #nextTick = Infinity;
  #lastCnp = -Infinity;
  #isPending = false;
  readonly #spec: DcqcnSpec;

  constructor(spec: DcqcnSpec) {
    this.#spec = spec;
  }

  runTo(untilPs: number): void {
    for (;;) {
      const cnp = this.#isPending ? this.#lastCnp + this.#spec.cnpIntervalPs : Infinity;
      const next = Math.min(cnp, this.#nextTick);
      if (next > untilPs) return;
      if (cnp === next) this.#notify(next);
      else this.#tick(next);
    }
  }

  mark(nowPs: number): void {
    if (nowPs >= this.#lastCnp + this.#spec.cnpIntervalPs) this.#notify(nowPs);
    else this.#isPending = true;
  }

  send(bytes: number): void {
    if (this.#nextTick === Infinity) return;
    this.#counted += bytes;
    for (; this.#counted >= this.#spec.byteCounterBytes; this.#counted -= this.#spec.byteCounterBytes) {
      this.#byteEvents++;
      this.#increase();
    }
  }

  #notify(nowPs: number): void {
    const { g, minRateBps, timerPs } = this.#spec;
    this.#target = this.rate;
    this.rate = Math.max(minRateBps, this.rate * (1 - this.#alpha / 2));
    this.#alpha = (1 - g) * this.#alpha + g;
    this.#ticks = this.#byteEvents = this.#counted = 0;
    this.#lastCnp = nowPs;
    this.#isPending = false;
    this.#nextTick = nowPs + timerPs;
  }

  #tick(nowPs: number): void {
    this.#alpha = (1 - this.#spec.g) * this.#alpha;
    if (this.#alpha < 1e-12) this.#alpha = 0;
    this.#ticks++;
    this.#increase();
    this.#nextTick = nowPs + this.#spec.timerPs;
  }

  #increase(): void {
    if (this.rate >= LINE_BPS) return;
    const { fastRecovery } = this.#spec;
    const least = Math.min(this.#ticks, this.#byteEvents);
    if (Math.max(this.#ticks, this.#byteEvents) > fastRecovery) {
      this.#target += least > fastRecovery ? (least - fastRecovery) * (LINE_BPS / 10) : LINE_BPS / 20;
    }
    this.rate = Math.min(LINE_BPS, (this.#target + this.rate) / 2);
  }
}
