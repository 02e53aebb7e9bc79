import { expect, test } from 'vitest';
import { setupStream } from '../../sim/base/random.ts';
import { LeastOutstanding } from '../../sim/balancing/least-outstanding.ts';
import { fabric, messages, plan } from './fabric.ts';
import { SEED } from './host-draws.ts';

/** Two leaves of two hosts, four spines: flows 0 to 5 from host 0 to host 2, flow 6 inside the rack, flow 7 from host 0 to host 3. */
function connections(most: number) {
  const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 2 });
  const pieces = [100, 30, 50, 10, 10, 40].map((bytes) => ({ src: 0, dst: 2, bytes }));
  const schedule = messages(4, [...pieces, { src: 0, dst: 1, bytes: 7 }, { src: 0, dst: 3, bytes: 5 }]);
  const balancer = new LeastOutstanding(topology, plan(topology, schedule, { kind: 'ecmp' }), SEED, most);
  const post = (flow: number): number => {
    balancer.onPosted(flow);
    return balancer.next(flow);
  };
  const draws = setupStream(SEED, 'hpn', 0);
  const offsets = [draws.integer(4), draws.integer(4)] as const;
  return { balancer, post, offsets };
}

test('a message takes the connection with the fewest bytes outstanding, the first of equal ones, until it is complete', () => {
  const { balancer, post, offsets } = connections(2);
  const path = (j: number): number => (offsets[0] + 2 * j) % 4;
  expect(post(0)).toBe(path(0)); // 100, 0
  expect(post(1)).toBe(path(1)); // 100, 30
  expect(post(2)).toBe(path(1)); // 100, 80
  expect(post(3)).toBe(path(1)); // 100, 90
  expect(post(4)).toBe(path(1)); // 100, 100
  balancer.onComplete(3); // 100, 90
  balancer.onComplete(0); // 0, 90
  expect(post(5)).toBe(path(0));
  expect(balancer.next(0)).toBe(path(0));
});

test('connections of other hosts are others, and inside a rack there is none', () => {
  const { post, balancer, offsets } = connections(8);
  expect(post(7)).toBe(offsets[1]);
  expect([0, 1, 2, 3, 4].map(post)).toEqual([0, 1, 2, 3, 3].map((j) => (offsets[0] + j) % 4));
  expect([post(6), balancer.pathOf(6), balancer.pathOf(5)]).toEqual([0, -1, -1]);
});
