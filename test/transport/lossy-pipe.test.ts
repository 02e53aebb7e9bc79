import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { CoalescingReceiver } from '../../sim/transport/coalescing-receiver.ts';
import type { FlowTable } from '../../sim/transport/flow-table.ts';
import { GoBackNReceiver, GoBackNSender } from '../../sim/transport/go-back-n.ts';
import { LimitedReceiver } from '../../sim/transport/limited-receiver.ts';
import { RecordSender } from '../../sim/transport/record-sender.ts';
import { SackReceiver } from '../../sim/transport/sack-receiver.ts';
import { SelectiveRepeatReceiver } from '../../sim/transport/selective-repeat-receiver.ts';
import { SelectiveRepeatSender } from '../../sim/transport/selective-repeat-sender.ts';
import { SEED, scenarioRuns } from '../property-runs.ts';
import { FULL, Listener, SACK_WORD, flowTable, newClock } from './ends.ts';
import { LossyPipe, type Mishap, type PipeEnds } from './lossy-pipe.ts';

const RTO = 200;

type Acks = 'per-packet' | 'uec-sack' | 3;
type Recovery = 'sr' | 'gbn' | 'trim';

function ends(recovery: Recovery, acks: Acks, places: number | null, flows: FlowTable, windowBytes: number, hasRecords: boolean): PipeEnds {
  const clock = newClock();
  const control = new Listener(windowBytes);
  const asksForAcks = acks !== 'per-packet';
  const every = acks === 3 ? 3 : 1;
  const losses = { onLoss: () => {}, onTimeout: () => {} };
  const common = { clock, rtoPs: RTO };
  if (recovery === 'gbn') {
    return { ...common, sender: new GoBackNSender(flows, control, asksForAcks), receiver: new GoBackNReceiver(flows, 50, every, clock) };
  }
  const unlimited =
    acks === 'uec-sack' ? new SackReceiver(flows) : acks === 3 ? new CoalescingReceiver(flows, 3) : new SelectiveRepeatReceiver(flows);
  const receiver = places === null ? unlimited : new LimitedReceiver(unlimited, places);
  const sackWord = acks === 'uec-sack' ? SACK_WORD : 0;
  const sender =
    recovery === 'trim'
      ? new RecordSender(flows, control, { ...common, sackWord, asksForAcks, losses, credit: null })
      : new SelectiveRepeatSender(flows, control, {
          recovers: true,
          isSprayed: hasRecords,
          bitmapPackets: null,
          asksForAcks,
          records: hasRecords ? { clock, losses } : null,
        });
  return { ...common, sender, receiver };
}

const mishap: fc.Arbitrary<Mishap> = fc.record({
  what: fc.constantFrom(
    ...(['send', 'send', 'deliver', 'deliver', 'deliver', 'mark', 'drop', 'duplicate', 'trim'] as const),
    ...(['answer', 'answer', 'answer', 'drop-answer', 'duplicate-answer', 'wait'] as const),
  ),
  at: fc.nat(300),
});

const story = fc.record({
  packets: fc.integer({ min: 1, max: 120 }),
  lastBytes: fc.integer({ min: 0, max: 4096 }),
  window: fc.integer({ min: 1, max: 40 }),
  hasRecords: fc.boolean(),
  mishaps: fc.array(mishap, { maxLength: 300 }),
});

const PAIRS: readonly (readonly [Recovery, Acks, number | null])[] = [
  ['sr', 'per-packet', null],
  ['sr', 3, null],
  ['gbn', 'per-packet', null],
  ['gbn', 3, null],
  ['trim', 'per-packet', null],
  ['trim', 3, null],
  ['trim', 'uec-sack', null],
  ['sr', 'per-packet', 0],
  ['sr', 3, 2],
  ['trim', 'per-packet', 5],
  ['trim', 3, 0],
  ['trim', 'uec-sack', 0],
  ['trim', 'uec-sack', 3],
];

describe.each(PAIRS)('%s with ACKs %s and places for %s packets out of order', (recovery, acks, places) => {
  test.prop([story], { numRuns: scenarioRuns(150), seed: SEED })(
    'after any losses, marks, duplicates, trims and orders everything is acknowledged in the end, and nothing is in flight',
    ({ packets, lastBytes, window, hasRecords, mishaps }) => {
      const flows = flowTable((packets - 1) * 4096 + lastBytes);
      const pair = ends(recovery, acks, places, flows, window * FULL, hasRecords);
      const pipe = new LossyPipe(pair);
      for (const each of mishaps) pipe.step(each);
      expect(pipe.settle(20_000)).toBeLessThan(Infinity);
      expect(pair.sender.inFlightBytes(0)).toBe(0);
      expect(pair.receiver.expected(0)).toBe(flows.packets[0]);
      expect(pipe.transmissions).toBeGreaterThanOrEqual(flows.packets[0]!);
      expect(pair.receiver.reorderMaxPackets).toBeLessThanOrEqual(places ?? Infinity);
    },
  );

  test('without mishaps nothing is sent twice', () => {
    const flows = flowTable(100 * 4096);
    const pair = ends(recovery, acks, places, flows, 10 * FULL, false);
    const pipe = new LossyPipe(pair);
    expect(pipe.settle(1000)).toBeLessThan(1000);
    expect(pipe.transmissions).toBe(100);
  });
});
