import { describe, expect, test } from 'vitest';
import type { CongaSpec } from '../../sim/base/balancer-spec.ts';
import { ACK } from '../../sim/base/packet.ts';
import { fabric } from './fabric.ts';
import { FULL_BYTES, hopLinks, SwitchHarness } from './switch-harness.ts';

const us = 1_000_000;
const CONGA: CongaSpec = { kind: 'conga', gapPs: 100 * us, dreIntervalPs: 50 * us, alpha: 0.2, ageingPs: 500 * us, bits: 3 };
/** 2 leaves, 3 spines. Flow f goes from host 0 to host 2 for even f, and back for odd f. */
const topology = fabric({ leaves: 2, spines: 3, hostsPerLeaf: 2 });
const uplinks = hopLinks(topology, 0, 1);
const flows = {
  srcHost: Int32Array.from({ length: 1000 }, (_, f) => (f % 2 === 0 ? 0 : 2)),
  dstHost: Int32Array.from({ length: 1000 }, (_, f) => (f % 2 === 0 ? 2 : 0)),
  hashFlow: null,
};
const conga = (): SwitchHarness => new SwitchHarness(topology, CONGA, { flows });
const portOf = (link: number): number => topology.linkFromPort[link]!;
/** A port of 400 Gb/s settles at 400e9 x 50e-6 / 0.2 = 1e8 bits; a level is an eighth, 1,562,500 B: 375.6 full packets. */
const LEVEL_BYTES = 1_562_500;

describe('conga', () => {
  test('a port has the level of the bytes routed to it, decayed by a fifth every 50 us', () => {
    const harness = conga();
    let link = -1;
    let bytes = 0;
    for (let i = 0; i < 1500; i++) {
      link = harness.route(0, { flow: 0, dst: 2, atPs: 10 * us });
      bytes += FULL_BYTES;
      expect(harness.tags[0]).toBe(((portOf(link) + 1) << 8) | Math.floor(bytes / LEVEL_BYTES));
    }
    harness.route(0, { flow: 0, dst: 2, atPs: 100 * us });
    bytes = bytes * 0.8 * 0.8 + FULL_BYTES;
    expect(harness.tags[0] & 0xff).toBe(Math.floor(bytes / LEVEL_BYTES));
    expect(harness.tags[0] >> 8).toBe(portOf(link) + 1);
  });

  test('a level is at most 7', () => {
    const harness = conga();
    for (let i = 0; i < 4000; i++) harness.route(0, { flow: 0, dst: 2, atPs: 10 * us });
    expect(harness.tags[0] & 0xff).toBe(7);
  });

  test('new flowlets avoid the busy uplink; a flow stays within the gap', () => {
    const harness = conga();
    const busy = harness.route(0, { flow: 0, dst: 2, atPs: 0 });
    for (let i = 0; i < 500; i++) expect(harness.route(0, { flow: 0, dst: 2, atPs: i * 1000 })).toBe(busy);
    for (let flow = 2; flow < 60; flow += 2) expect(harness.route(0, { flow, dst: 2, atPs: us })).not.toBe(busy);
  });

  test('a later switch raises the metric to its own, and leaves a larger one', () => {
    const harness = conga();
    const spine = topology.tors;
    // 400 packets through one port of the spine: level 1.
    for (let i = 0; i < 400; i++) harness.route(spine, { flow: 1, dst: 2, type: ACK, bytes: FULL_BYTES });
    harness.setTags(5, 0, -1, 0);
    harness.route(spine, { flow: 0, dst: 2 });
    expect(harness.tags[0]).toBe((6 << 8) | 1);
    harness.setTags(5, 4, -1, 0);
    harness.route(spine, { flow: 0, dst: 2 });
    expect(harness.tags[0]).toBe((6 << 8) | 4);
  });

  test('what arrives is fed back with packets of the other way, and steers new flowlets there', () => {
    const harness = conga();
    const ports = uplinks.map(portOf);
    // Leaf 1 learns that the path by the first port of leaf 0 has level 6, and tells leaf 0 with its next packet.
    harness.setTags(ports[0]!, 6, -1, 0);
    harness.route(1, { flow: 0, dst: 2, atPs: us });
    harness.route(1, { flow: 1, dst: 0, atPs: 2 * us });
    expect(harness.tags[1]).toBe(((ports[0]! + 1) << 8) | 6);
    harness.route(0, { flow: 1, dst: 0, atPs: 4 * us });
    const taken = new Set<number>();
    for (let flow = 10; flow < 80; flow += 2) taken.add(harness.route(0, { flow, dst: 2, atPs: 5 * us }));
    expect(taken).toEqual(new Set([uplinks[1], uplinks[2]]));
  });

  test('what is known ages', () => {
    const feedbackAt = (atPs: number): number => {
      const harness = conga();
      harness.setTags(portOf(uplinks[0]!), 6, -1, 0);
      harness.route(1, { flow: 0, dst: 2, atPs: us });
      harness.route(1, { flow: 1, dst: 0, atPs });
      return harness.tags[1];
    };
    expect(feedbackAt(501 * us) & 0xff).toBe(6);
    expect(feedbackAt(501 * us + 1)).toBe(0);
  });

  test('rack-local packets are left alone', () => {
    const harness = new SwitchHarness(topology, CONGA, {
      flows: { srcHost: Int32Array.of(0), dstHost: Int32Array.of(1), hashFlow: null },
    });
    harness.setTags(9, 9, 9, 9);
    const before = harness.tags;
    expect(topology.linkTo[harness.route(0, { flow: 0, dst: 1 })]).toBe(1);
    expect(harness.tags).toEqual(before);
  });
});
