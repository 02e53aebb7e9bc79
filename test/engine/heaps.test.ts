import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { LocalHeap } from '../../sim/engine/local-heap.ts';
import { TimeHeap } from '../../sim/engine/time-heap.ts';

test.prop([fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 300 })])(
  'a time heap gives back what was pushed, earliest first',
  (times) => {
    const heap = new TimeHeap();
    times.forEach((time, i) => heap.push(time, i, i + 1, i + 2));
    const popped: number[] = [];
    const seen = new Set<number>();
    while (heap.size > 0) {
      expect(heap.minTimePs()).toBe(heap.minTimePs());
      const time = heap.pop();
      popped.push(time);
      expect(times[heap.poppedNode]).toBe(time);
      expect([heap.poppedPort, heap.poppedId]).toEqual([heap.poppedNode + 1, heap.poppedNode + 2]);
      seen.add(heap.poppedNode);
    }
    expect(popped).toEqual([...times].sort((a, b) => a - b));
    expect(seen.size).toBe(times.length);
    expect(heap.minTimePs()).toBe(Infinity);
  },
);

const event = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }));

test.prop([fc.array(event, { maxLength: 200 })])('a local heap orders by key, then by id', (events) => {
  const heap = new LocalHeap();
  for (const [key, id] of events) heap.push(key, id);
  const popped: [number, number][] = [];
  while (heap.size > 0) {
    popped.push([heap.topKey(), heap.topId()]);
    heap.pop();
  }
  expect(popped).toEqual([...events].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
});

test.prop([fc.array(fc.oneof(event, fc.constant(null)), { maxLength: 200 })])(
  'a local heap keeps its order while pushes and pops alternate',
  (steps) => {
    const heap = new LocalHeap();
    let model: [number, number][] = [];
    for (const step of steps) {
      if (step !== null) {
        heap.push(...step);
        model.push(step);
      } else if (model.length > 0) {
        model = model.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect([heap.topKey(), heap.topId()]).toEqual(model.shift());
        heap.pop();
      }
    }
    expect(heap.size).toBe(model.length);
  },
);
