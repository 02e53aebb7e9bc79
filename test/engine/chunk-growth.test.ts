import { expect, test } from 'vitest';
import { Engine } from '../../sim/engine/engine.ts';
import { PLAIN_LAYOUT } from '../../sim/engine/record-layout.ts';
import { arena } from '../../sim/engine/arena.ts';

/** Arms one timer a node, all at once, and returns the ids that the nodes then see. */
function idsSeen(nodes: number, atPs: number): number[] {
  const seen: number[] = [];
  const engine = new Engine({ nodes, windowPs: 1000, horizonPs: 4000, observer: null, partition: null, layout: PLAIN_LAYOUT });
  for (let node = 0; node < nodes; node++) {
    engine.addNode({
      process(count) {
        for (let i = 0; i < count; i++) seen.push(arena[engine.batch.addresses[i]! + 1]!);
      },
      flush: () => false,
    });
  }
  for (let node = 0; node < nodes; node++) engine.timer(node, atPs, 2045, node + 1);
  engine.run(1e9, null);
  return seen;
}

const expected = Array.from({ length: 2000 }, (_, node) => node + 1);

test('timers keep their ids while mailboxes take ever more chunks', () => {
  expect(idsSeen(2000, 1500)).toEqual(expected);
});

test('far timers keep their ids while mailboxes take ever more chunks', () => {
  expect(idsSeen(2000, 1e6)).toEqual(expected);
});
