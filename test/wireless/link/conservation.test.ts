import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripted, SLOT_PS } from './link-fixture.ts';

/** A PDU as a list of objects would have it: no ring, no reuse of numbers. */
interface NaivePdu {
  readonly tag: number;
  readonly deadlinePs: number;
  attempts: number;
}

/** The rules of the queue written once more, on plain lists. */
class NaiveQueue {
  pdus: NaivePdu[] = [];
  readonly told: string[] = [];
  readonly maxAttempts: number;
  readonly capacity: number;
  readonly heedsDeadline: boolean;

  constructor(maxAttempts: number, capacity: number, heedsDeadline: boolean) {
    this.maxAttempts = maxAttempts;
    this.capacity = capacity;
    this.heedsDeadline = heedsDeadline;
  }

  arrive(tag: number, pdus: number, deadlinePs: number): void {
    if (this.pdus.length + pdus > this.capacity) this.told.push(`${tag}:congestion`);
    else for (let i = 0; i < pdus; i++) this.pdus.push({ tag, deadlinePs, attempts: 0 });
  }

  serve(count: number, script: () => boolean, endPs: number): void {
    let room = count;
    for (const pdu of [...this.pdus]) {
      if (room === 0) break;
      if (!this.pdus.includes(pdu)) continue;
      if (this.heedsDeadline && endPs > pdu.deadlinePs) {
        this.#lose(pdu.tag, 'deadline');
        continue;
      }
      room--;
      if (!script()) {
        this.pdus = this.pdus.filter((other) => other !== pdu);
        if (this.pdus.every(({ tag }) => tag !== pdu.tag)) this.told.push(`${pdu.tag}:delivered`);
        continue;
      }
      pdu.attempts++;
      if (pdu.attempts >= this.maxAttempts) this.#lose(pdu.tag, 'wireless');
      else if (this.heedsDeadline && endPs + SLOT_PS > pdu.deadlinePs) this.#lose(pdu.tag, 'deadline');
    }
  }

  dropLate(nowPs: number): void {
    while (this.pdus.length > 0 && this.pdus[0]!.deadlinePs < nowPs) this.#lose(this.pdus[0]!.tag, 'deadline');
  }

  #lose(tag: number, outcome: string): void {
    this.pdus = this.pdus.filter((other) => other.tag !== tag);
    this.told.push(`${tag}:${outcome}`);
  }
}

const operation = fc.oneof(
  fc.record({ kind: fc.constant('arrive' as const), pdus: fc.integer({ min: 1, max: 6 }), slots: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('serve' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('drop' as const) }),
);

test('whatever happens, every packet is delivered, dropped with a cause or waiting, in the order of plain lists', () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 120 }),
      fc.array(fc.boolean(), { minLength: 400, maxLength: 400 }),
      fc.record({
        maxAttempts: fc.constantFrom(1, 2, 4, Infinity),
        capacityPdus: fc.constantFrom(5, 20, Infinity),
        deadline: fc.boolean(),
      }),
      (operations, failures, options) => {
        const link = scripted(failures.map((fails) => (fails ? 'x' : '.')).join(''), options);
        const naive = new NaiveQueue(options.maxAttempts, options.capacityPdus, options.deadline);
        let drawn = 0;
        const script = (): boolean => failures[drawn++] ?? false;
        let packets = 0;
        for (const step of operations) {
          if (step.kind === 'arrive') {
            const deadlinePs = link.nowPs() + step.slots * SLOT_PS;
            naive.arrive(packets, step.pdus, deadlinePs);
            link.arrive(packets++, step.pdus, deadlinePs);
          } else if (step.kind === 'serve') {
            link.serve(step.count);
            naive.serve(step.count, script, link.nowPs());
          } else {
            link.queue.dropLate(link.nowPs());
            naive.dropLate(link.nowPs());
          }
          expect(link.told()).toEqual(naive.told);
          expect(link.queue.backlogPdus).toBe(naive.pdus.length);
          const waiting = new Set(naive.pdus.map(({ tag }) => tag)).size;
          expect(link.fates.length + waiting).toBe(packets);
          expect(link.queue.sent).toBe(drawn);
        }
      },
    ),
    { numRuns: 150 },
  );
});
