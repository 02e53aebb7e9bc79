import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { FlowRing } from '../../sim/fabric/flow-ring.ts';
import { Region } from '../../sim/engine/arena.ts';
import { HeldFlows } from '../../sim/fabric/held-flows.ts';

const FLOWS = 40;
const steps = fc.array(fc.tuple(fc.constantFrom('add', 'drop', 'release'), fc.nat(FLOWS - 1), fc.integer({ min: 1, max: 50 })), {
  maxLength: 200,
});

test.prop([steps])('flows are released when their time has come, and those that were dropped are not', (taken) => {
  const region = new Region();
  const readyPs = new Float64Array(FLOWS);
  const held = new HeldFlows(readyPs, new Uint8Array(FLOWS));
  const ring = new FlowRing(0, FLOWS, region);
  const clock = Float64Array.of(0);
  const model = new Map<number, number>();
  const inHeap = new Set<number>();
  for (const [step, flow, delay] of taken) {
    if (step === 'add' && !ring.has(flow)) {
      // A time changes by sending only, and a flow that is in the heap, dropped or not, has not sent.
      if (!inHeap.has(flow)) readyPs[flow] = clock[0]! + delay;
      held.add(flow);
      inHeap.add(flow);
      model.set(flow, readyPs[flow]!);
    } else if (step === 'drop') {
      held.drop(flow);
      model.delete(flow);
    } else if (step === 'release') {
      clock[0]! += delay;
      held.release(ring, clock, 0);
      for (const [each, ready] of model) {
        expect(ring.has(each)).toBe(ready <= clock[0]!);
        if (ready <= clock[0]!) model.delete(each);
      }
      for (let each = 0; each < FLOWS; each++) {
        if (readyPs[each]! <= clock[0]!) inHeap.delete(each);
        ring.remove(each);
      }
      const next = Float64Array.of(NaN);
      held.first(next, 0);
      expect(next[0]).toBeGreaterThan(clock[0]!);
      if (model.size > 0) expect(next[0]).toBeLessThanOrEqual(Math.min(...model.values()));
    }
  }
});
