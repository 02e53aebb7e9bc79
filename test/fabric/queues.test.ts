import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { arena, Region } from '../../sim/engine/arena.ts';
import { ControlQueue } from '../../sim/fabric/control-queue.ts';
import { FlowRing } from '../../sim/fabric/flow-ring.ts';

const flows = fc.integer({ min: 1, max: 3000 });

test.prop([fc.integer({ min: 0, max: 100 }), flows, fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 100 }), fc.nat()])(
  'a flow ring finds the next flow after any flow, cyclically',
  (first, count, changes, from) => {
    const region = new Region();
    const ring = new FlowRing(first, count, region);
    const model = new Set<number>();
    for (const [adds, value] of changes) {
      const flow = first + (value % count);
      if (adds) {
        ring.add(flow);
        model.add(flow);
      } else {
        ring.remove(flow);
        model.delete(flow);
      }
      expect(ring.has(flow)).toBe(adds);
    }
    expect(ring.count).toBe(model.size);
    if (model.size === 0) return region.release();
    const after = first - 1 + (from % (count + 1));
    const later = [...model].filter((flow) => flow > after);
    expect(ring.after(after)).toBe(Math.min(...(later.length > 0 ? later : model)));
    region.release();
  },
);

test.prop([fc.array(fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(null)), { maxLength: 300 })])(
  'a control queue is first-in first-out',
  (steps) => {
    const region = new Region();
    const queue = new ControlQueue(6, region);
    const model: number[] = [];
    for (const step of steps) {
      if (step !== null) {
        queue.push(step, step + 1, step + 2, step + 3, step + 4);
        model.push(step);
      } else if (model.length > 0) {
        const at = queue.head;
        const oldest = model.shift()!;
        expect([...arena.slice(at, at + 5)]).toEqual([oldest, oldest + 1, oldest + 2, oldest + 3, oldest + 4]);
        queue.drop();
      }
      expect(queue.count).toBe(model.length);
    }
    region.release();
  },
);
