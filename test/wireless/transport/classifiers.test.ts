import { describe, expect, test } from 'vitest';
import { Biaz } from '../../../wireless/transport/classifiers/biaz.ts';
import { EcnClassifier } from '../../../wireless/transport/classifiers/ecn.ts';
import { type Arrival, Blind, type LossClassifier } from '../../../wireless/transport/classifiers/loss-classifier.ts';
import { Spike } from '../../../wireless/transport/classifiers/spike.ts';
import { ZigZagBiazSpike } from '../../../wireless/transport/classifiers/zbs.ts';
import { ZigZag } from '../../../wireless/transport/classifiers/zigzag.ts';

const arrival = (changes: Partial<Arrival>): Arrival => ({ tripS: 0.05, gapS: 0.01, isMarked: false, nowS: 0, ...changes });
const hear = (classifier: LossClassifier, arrivals: readonly Partial<Arrival>[]): void => {
  for (const changes of arrivals) classifier.onArrival(arrival(changes));
};

const Z = [-1, -0.5, 0, -0.5] as const;

describe('loss classifiers', () => {
  test('blind calls everything congestion', () => {
    expect(new Blind().classify()).toBe('congestion');
  });

  test('Biaz takes n losses for the air when the gap is from n + 1 up to n + 2 least gaps; mBiaz up to n + 1.25', () => {
    const [biaz, mBiaz] = [new Biaz(1), new Biaz(0.25)];
    for (const classifier of [biaz, mBiaz]) hear(classifier, [{ gapS: 0.03 }, { gapS: 0.0100001 }, { gapS: 0.02 }]);
    const verdicts = (classifier: LossClassifier) =>
      [0.0199, 0.0201, 0.022, 0.023, 0.0299, 0.0301].map((gapS) => classifier.classify(1, arrival({ gapS }))[0]);
    expect(verdicts(biaz)).toEqual(['c', 'w', 'w', 'w', 'w', 'c']);
    expect(verdicts(mBiaz)).toEqual(['c', 'w', 'w', 'c', 'c', 'c']);
    expect(biaz.classify(3, arrival({ gapS: 0.041 }))).toBe('wireless');
    expect(biaz.classify(3, arrival({ gapS: 0.031 }))).toBe('congestion');
  });

  test('Spike turns on above half of the range of trip times and off below a third of it', () => {
    const spike = new Spike();
    const after = (tripS: number): string => {
      spike.onArrival(arrival({ tripS }));
      return spike.classify();
    };
    expect([0.04, 0.1].map(after)).toEqual(['wireless', 'congestion']);
    // Range 0.06: off below 0.06, on above 0.07.
    expect([0.065, 0.061, 0.059, 0.069, 0.071].map(after)).toEqual(['congestion', 'congestion', 'wireless', 'wireless', 'congestion']);
  });

  test('ZigZag asks for shorter trips the more is lost, by its vector of factors', () => {
    const zigZag = new ZigZag(Z);
    hear(
      zigZag,
      Array.from({ length: 4000 }, (_, i) => ({ tripS: i % 2 === 0 ? 0.04 : 0.06 })),
    );
    // Mean 0.05, mean deviation some 0.01.
    const verdict = (lost: number, tripS: number) => zigZag.classify(lost, arrival({ tripS }));
    expect([verdict(1, 0.0385), verdict(1, 0.0415)]).toEqual(['wireless', 'congestion']);
    expect([verdict(2, 0.0435), verdict(2, 0.0465)]).toEqual(['wireless', 'congestion']);
    expect([verdict(3, 0.0485), verdict(3, 0.0515)]).toEqual(['wireless', 'congestion']);
    expect([verdict(9, 0.0435), verdict(9, 0.0465)]).toEqual(['wireless', 'congestion']);
  });

  test('ZBS uses Spike while queues are empty, and by the spread of gaps ZigZag, mBiaz or Spike', () => {
    const steady = new ZigZagBiazSpike(Z);
    hear(
      steady,
      Array.from({ length: 200 }, () => ({ tripS: 0.05, gapS: 0.01 })),
    );
    // As short a trip as ever: Spike, which is off.
    expect(steady.classify(1, arrival({ tripS: 0.05, gapS: 0.5 }))).toBe('wireless');
    // Longer, gaps all alike: mBiaz.
    expect(steady.classify(1, arrival({ tripS: 0.06, gapS: 0.021 }))).toBe('wireless');
    expect(steady.classify(1, arrival({ tripS: 0.06, gapS: 0.024 }))).toBe('congestion');
    // Gaps of 1.75 times the least on average: ZigZag, to whom a long trip is congestion.
    const spread = new ZigZagBiazSpike(Z);
    hear(spread, [{ gapS: 0.01 }, ...Array.from({ length: 200 }, (_, i) => ({ tripS: i % 2 === 0 ? 0.04 : 0.06, gapS: 0.0175 }))]);
    expect(spread.classify(1, arrival({ tripS: 0.059, gapS: 0.021 }))).toBe('congestion');
    // An idle link: Spike.
    const idle = new ZigZagBiazSpike(Z);
    hear(idle, [{ gapS: 0.01 }, { gapS: 0.01, tripS: 0.1 }, ...Array.from({ length: 200 }, () => ({ tripS: 0.055, gapS: 0.1 }))]);
    expect(idle.classify(1, arrival({ tripS: 0.055, gapS: 0.5 }))).toBe('wireless');
  });

  test('ECN takes losses for congestion within a round trip of a mark', () => {
    const ecn = new EcnClassifier(0.1);
    expect(ecn.classify(1, arrival({ nowS: 5 }))).toBe('wireless');
    hear(ecn, [{ isMarked: true, nowS: 6 }, { nowS: 6.05 }]);
    expect(ecn.classify(1, arrival({ nowS: 6.1 }))).toBe('congestion');
    expect(ecn.classify(1, arrival({ nowS: 6.11 }))).toBe('wireless');
  });
});
