import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { arena, Region } from '../../sim/engine/arena.ts';
import { Batch } from '../../sim/engine/batch.ts';
import { BatchSorter } from '../../sim/engine/batch-sorter.ts';
import { CHUNK_HEADER, chunkShape, PORT_BITS, RECORD_WORDS } from '../../sim/engine/record.ts';

const CHUNK = chunkShape(RECORD_WORDS);
const CHUNK_RECORDS = (CHUNK.fullAt - CHUNK_HEADER) / RECORD_WORDS;

/** A mailbox as the engine lays it out: a chain of chunks, all but the last full. Returns its end. */
function mailbox(region: Region, records: readonly (readonly [key: number, id: number])[]): number {
  const chunks = Math.ceil(records.length / CHUNK_RECORDS);
  let chunk = Math.ceil(region.words((chunks + 1) * CHUNK.words) / CHUNK.words) * CHUNK.words;
  let address = chunk + CHUNK_HEADER;
  arena[chunk] = -1;
  records.forEach(([key, id], i) => {
    if (i > 0 && i % CHUNK_RECORDS === 0) {
      arena[chunk + CHUNK.words] = chunk;
      chunk += CHUNK.words;
      address = chunk + CHUNK_HEADER;
    }
    arena[address] = key;
    arena[address + 1] = id;
    address += RECORD_WORDS;
  });
  return address;
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
      // Mostly more than a chunk holds.
      { minLength: 1, maxLength: 400, size: 'max' },
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
    const end = mailbox(region, keyed);
    for (let again = 0; again < 2; again++) {
      const count = sorter.gather(end);
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
  expect(sorter.gather(mailbox(region, records))).toBe(5000);
  const keys = Array.from(batch.addresses.subarray(0, 5000), (address) => arena[address]!);
  for (let i = 1; i < 5000; i++) expect(keys[i]!).toBeGreaterThanOrEqual(keys[i - 1]!);
  region.release();
});
