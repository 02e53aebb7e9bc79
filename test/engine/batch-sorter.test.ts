import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { arena, Region } from '../../sim/engine/arena.ts';
import { Batch } from '../../sim/engine/batch.ts';
import { BatchSorter } from '../../sim/engine/batch-sorter.ts';
import { CHUNK_SLOTS, PORT_BITS, RECORD_WORDS } from '../../sim/engine/record.ts';

/** A mailbox as the engine lays it out, from `at` on: chunks of 15 records, the newest first. Returns the address of the newest chunk. */
function mailbox(at: number, records: readonly (readonly [key: number, id: number])[]): number {
  let head = -1;
  records.forEach(([key, id], i) => {
    const inChunk = i % (CHUNK_SLOTS - 1);
    if (inChunk === 0) {
      const chunk = at + Math.floor(i / (CHUNK_SLOTS - 1)) * (CHUNK_SLOTS * RECORD_WORDS);
      arena[chunk] = head;
      head = chunk;
    }
    arena[head + 1] = inChunk + 1;
    arena[head + RECORD_WORDS * (inChunk + 1)] = key;
    arena[head + RECORD_WORDS * (inChunk + 1) + 1] = id;
  });
  return head;
}

const cases = fc.integer({ min: 1, max: 2 ** 20 - 1 }).chain((windowPs) =>
  fc.record({
    windowPs: fc.constant(windowPs),
    records: fc.array(
      fc.record({
        // Few distinct instants and ports, so that keys collide.
        offset: fc.oneof(fc.integer({ min: 0, max: windowPs - 1 }), fc.integer({ min: 0, max: Math.min(3, windowPs - 1) })),
        port: fc.oneof(fc.integer({ min: 0, max: 2047 }), fc.constant(2043)),
        id: fc.integer({ min: 0, max: 50 }),
      }),
      { minLength: 1, maxLength: 400 },
    ),
  }),
);

test.prop([cases])(
  'a batch comes out by time, then port, then id, whatever the order of arrival and the window',
  ({ windowPs, records }) => {
    const region = new Region();
    const keyed = records.map(({ offset, port, id }) => [(offset << PORT_BITS) | port, id] as const);
    const batch = new Batch(region);
    const sorter = new BatchSorter(batch, windowPs, RECORD_WORDS, region);
    const head = mailbox(region.words(CHUNK_SLOTS * RECORD_WORDS * 40), keyed);
    for (let again = 0; again < 2; again++) {
      const count = sorter.gather(head);
      const sorted = Array.from({ length: count }, (_, i) => {
        const address = batch.addresses[i]!;
        return [arena[address], arena[address + 1]];
      });
      expect(sorted).toEqual([...keyed].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    }
    region.release();
  },
);

test('a batch larger than the first buffers is sorted as well', () => {
  const records = Array.from({ length: 5000 }, (_, i) => [((i * 7919) % 500_000) << PORT_BITS, i] as const);
  const region = new Region();
  const batch = new Batch(region);
  const sorter = new BatchSorter(batch, 500_000, RECORD_WORDS, region);
  expect(sorter.gather(mailbox(region.words(CHUNK_SLOTS * RECORD_WORDS * 400), records))).toBe(5000);
  const keys = Array.from(batch.addresses.subarray(0, 5000), (address) => arena[address]!);
  for (let i = 1; i < 5000; i++) expect(keys[i]!).toBeGreaterThanOrEqual(keys[i - 1]!);
  region.release();
});
