import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { CounterEntropy } from '../../sim/balancing/spray-counter.ts';
import { WalkedEntropy } from '../../sim/balancing/spray-uec.ts';
import { drawsOf, HOSTS, SEED, take } from './host-draws.ts';

test('spray-counter counts up from a start drawn with the first packet of a flow, and wraps at 65,536', () => {
  const draws = drawsOf('spray-counter', 1);
  const second = draws.draw16();
  const first = draws.draw16();
  const balancer = new CounterEntropy(2, HOSTS, SEED);
  // Flow 1 sends first, so it draws first.
  expect(take(balancer, 1, 1, 1)).toEqual([second]);
  expect(take(balancer, 3, 0, 1)).toEqual([0, 1, 2].map((i) => (first + i) % 65_536));
  const rest = 65_536 - second;
  expect(take(balancer, rest, 1, 1).at(-1)).toBe(0);
});

test('spray-uec takes place i of a pass to entropy i xor mask, and draws a new mask at the wrap', () => {
  const draws = drawsOf('spray-uec', 2);
  const upper = draws.draw16() & 0xfffc;
  const [one, two, three] = [draws.below(4), draws.below(4), draws.below(4)];
  const walked = take(new WalkedEntropy(1, HOSTS, SEED, 4), 12, 0, 2);
  expect(walked).toEqual([one, two, three].flatMap((mask) => [0, 1, 2, 3].map((i) => upper | (i ^ mask))));
});

test.prop([fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 1000 })])(
  'spray-uec uses every entropy once a pass, whatever their number and the seed',
  (log2, passes, seed) => {
    const entropies = 2 ** log2;
    const balancer = new WalkedEntropy(2, HOSTS, seed, entropies);
    for (let pass = 0; pass < passes; pass++) {
      const pass0 = take(balancer, entropies, 0);
      const pass1 = take(balancer, entropies, 1);
      for (const walked of [pass0, pass1]) {
        expect(new Set(walked.map((e) => e % entropies)).size).toBe(entropies);
        expect(new Set(walked.map((e) => Math.floor(e / entropies))).size).toBe(1);
      }
    }
  },
);
