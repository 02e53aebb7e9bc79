import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import { assertConnected } from '../../topologies/connectivity.ts';
import { fabric, messages } from '../balancing/fabric.ts';

describe('P13: a pair without a live path is a named config error', () => {
  const size = { leaves: 2, spines: 2, hostsPerLeaf: 2 };

  test('two leaves that share no live spine: the message names ranks, hosts and leaves', () => {
    const topology = fabric({ ...size, dead: ['leaf0-spine0', 'leaf1-spine1'] });
    const crossing = messages(4, [{ src: 0, dst: 1, bytes: 1 }, { src: 3, dst: 0, bytes: 1 }]); // prettier-ignore
    expect(() => assertConnected(topology, crossing)).toThrow(ConfigError);
    expect(() => assertConnected(topology, crossing)).toThrow(
      'rank 3 on host3 cannot reach rank 0 on host0: no live path from leaf1 to leaf0',
    );
  });

  test('a dead host link, at the source and at the destination', () => {
    const topology = fabric({ ...size, dead: ['host1-leaf0'] });
    expect(() => assertConnected(topology, messages(4, [{ src: 1, dst: 0, bytes: 1 }]))).toThrow('the link of host1 is dead');
    expect(() => assertConnected(topology, messages(4, [{ src: 2, dst: 1, bytes: 1 }]))).toThrow('the link of host1 is dead');
  });

  test('what the Schedule does not use may be dead', () => {
    const topology = fabric({ ...size, dead: ['host1-leaf0', 'leaf0-spine0', 'leaf1-spine1'] });
    assertConnected(topology, messages(4, [{ src: 2, dst: 3, bytes: 1 }]));
  });

  test.prop([fc.uniqueArray(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 6, selector: (pair) => pair.join() }), fc.nat(2), fc.nat(2)])(
    'throws exactly when no spine is live at both leaves',
    (dead, src, dst) => {
      fc.pre(src !== dst);
      const topology = fabric({ leaves: 3, spines: 3, hostsPerLeaf: 1, dead: dead.map(([l, p]) => `leaf${l}-spine${p}`) });
      const isDead = (leaf: number, spine: number): boolean => dead.some(([l, p]) => l === leaf && p === spine);
      const connected = [0, 1, 2].some((spine) => !isDead(src, spine) && !isDead(dst, spine));
      const check = (): void => assertConnected(topology, messages(3, [{ src, dst, bytes: 1 }]));
      if (connected) check();
      else expect(check).toThrow(ConfigError);
    },
  );
});
