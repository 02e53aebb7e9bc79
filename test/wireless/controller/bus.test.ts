import { describe, expect, test } from 'vitest';
import { ALL_SIGNALS, ARCHITECTURES, signalsOf } from '../../../wireless/controller/architectures.ts';
import { SignalBus } from '../../../wireless/controller/bus.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';
import type { SignalSpec } from '../../../wireless/scenario.ts';

const bus = (linkRate: Partial<SignalSpec>): SignalBus =>
  new SignalBus(signalsOf('integrated', 2e9, { linkRate }), new RandomStream(1, 'test-bus', 0));

describe('the signal bus', () => {
  test('shows a value after its delay, the newest that is visible, with its age', () => {
    const late = bus({ delayPs: 10e12 });
    late.publish('linkRate', 1, 0);
    late.publish('linkRate', 2, 4e12);
    expect(late.read('linkRate', 9e12)).toBeNull();
    expect(late.read('linkRate', 10e12)).toEqual({ value: 1, ageS: 10 });
    expect(late.read('linkRate', 13e12)).toEqual({ value: 1, ageS: 13 });
    expect(late.read('linkRate', 20e12)).toEqual({ value: 2, ageS: 16 });
  });

  test('says nothing of a signal that is off, which costs nothing', () => {
    const off = bus({ enabled: false, delayPs: 0 });
    off.publish('linkRate', 1, 0);
    expect(off.read('linkRate', 1e12)).toBeNull();
    expect([off.isOn('linkRate'), off.bits]).toEqual([false, 0]);
  });

  test('counts the bits of what is published, lost or not', () => {
    const lossy = bus({ delayPs: 0, bits: 16, lossProbability: 0.25 });
    let seen = 0;
    for (let i = 1; i <= 10_000; i++) {
      lossy.publish('linkRate', i, i);
      if (lossy.read('linkRate', i)?.value === i) seen++;
    }
    expect(lossy.bits).toBe(160_000);
    expect(Math.abs(seen / 10_000 - 0.75)).toBeLessThan(5 * Math.sqrt(0.1875 / 10_000));
  });

  test('hands out bits that want airtime once, as much as there is room for', () => {
    const inBand = bus({ inBand: true, bits: 16 });
    inBand.publish('linkRate', 1, 0);
    inBand.publish('linkRate', 2, 0);
    inBand.publish('queue', 3, 0);
    expect([20, 20, 20].map((most) => inBand.takeInBandBits(most))).toEqual([20, 12, 0]);
  });

  test('has the signals of its architecture on, and what the config changes', () => {
    const topDown = signalsOf('top-down', 2e9, { queue: { enabled: true } });
    const on = ALL_SIGNALS.filter((id) => topDown[id].enabled);
    expect(on.toSorted()).toEqual([...ARCHITECTURES['top-down'].signals, 'queue'].toSorted());
    expect([topDown.snrHat.delayPs, topDown.deadline.delayPs]).toEqual([2e9, 0]);
    expect(ALL_SIGNALS.every((id) => signalsOf('integrated', 2e9, {})[id].enabled)).toBe(true);
  });
});
