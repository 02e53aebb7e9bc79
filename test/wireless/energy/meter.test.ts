import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { EnergyMeter } from '../../../wireless/energy/meter.ts';
import { ONE_LINK } from '../../../wireless/validation/defaults.ts';

const SPEC = ONE_LINK.energy;

describe('energy', () => {
  test('of sending is amplifier and circuits, of resting idle power', () => {
    const meter = new EnergyMeter(SPEC);
    meter.transmit(2, 0.5);
    expect(meter.joules()).toBeCloseTo(2 * (0.05 / 0.35 + 0.0982 + 0.1126), 12);
    meter.rest(10);
    expect(meter.joules()).toBeCloseTo(2 * (0.05 / 0.35 + 0.2108) + 0.3, 12);
  });

  test('of sleep is the sleeping power, and a wake-up at the power of the circuits each time', () => {
    const meter = new EnergyMeter({ ...SPEC, sleeps: true });
    meter.rest(5);
    meter.rest(5);
    meter.transmit(1, 1);
    meter.transmit(1, 1);
    meter.rest(1);
    expect(meter.joules()).toBeCloseTo(11 * 1e-4 + 2 * (0.1 / 0.35 + 0.2108) + 1e-3 * 0.2108, 12);
    meter.transmit(0.5, 0);
    expect(meter.joules()).toBeCloseTo(11 * 1e-4 + 2 * (0.1 / 0.35 + 0.2108) + 2e-3 * 0.2108 + 0.5 * 0.2108, 12);
  });

  test('is additive: pieces of time cost what the whole does, and it never falls', () => {
    const piece = fc.record({
      sends: fc.boolean(),
      seconds: fc.double({ min: 0, max: 10, noNaN: true }),
      power: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const [whole, halves] = [new EnergyMeter(SPEC), new EnergyMeter(SPEC)];
        let before = 0;
        for (const { sends, seconds, power } of pieces) {
          const add = (meter: EnergyMeter, share: number) => (sends ? meter.transmit(seconds * share, power) : meter.rest(seconds * share));
          add(whole, 1);
          add(halves, 0.25);
          add(halves, 0.75);
          expect(whole.joules()).toBeGreaterThanOrEqual(before);
          before = whole.joules();
        }
        expect(halves.joules()).toBeCloseTo(before, 9);
      }),
    );
  });
});
