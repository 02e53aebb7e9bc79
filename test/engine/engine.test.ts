import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Engine, type EngineNode } from '../../sim/engine/engine.ts';
import { PLAIN_LAYOUT } from '../../sim/engine/record-layout.ts';
import { DUE, FIRST_CLASS, PORT_BITS, PORT_MASK } from '../../sim/engine/record.ts';
import { mix32 } from '../../sim/base/random.ts';
import { arena } from '../../sim/engine/arena.ts';

interface LogEntry {
  readonly timePs: number;
  readonly port: number;
  readonly id: number;
}

const DELAY_PS = 1000;

/** A node that answers each packet with up to two packets and sometimes a local event, all decided by a hash of the event. */
class Chatterbox implements EngineNode {
  readonly log: LogEntry[] = [];
  readonly #engine: Engine;
  readonly #node: number;
  readonly #nodes: number;
  #lastSentPs: number[];
  /** Events of this node beyond which it falls silent. */
  readonly #limit: number;

  constructor(engine: Engine, node: number, nodes: number, limit: number) {
    this.#engine = engine;
    this.#node = node;
    this.#nodes = nodes;
    this.#limit = limit;
    this.#lastSentPs = new Array<number>(nodes).fill(-1);
  }

  process(count: number): void {
    const { batch, local, clock } = this.#engine;
    let i = 0;
    for (;;) {
      const key = i < count ? arena[batch.addresses[i]!]! : 0x7fffffff;
      const id = i < count ? arena[batch.addresses[i]! + 1]! : 0;
      if (local.size > 0 && (local.topKey() < key || (local.topKey() === key && local.topId() < id))) {
        const localKey = local.topKey();
        const localId = local.topId();
        local.pop();
        this.#handle(clock[0]! + (localKey >>> PORT_BITS), localKey & PORT_MASK, localId);
      } else if (i < count) {
        i++;
        this.#handle(clock[0]! + (key >>> PORT_BITS), key & PORT_MASK, id);
      } else {
        return;
      }
    }
  }

  flush(): boolean {
    return false;
  }

  #handle(timePs: number, port: number, id: number): void {
    this.log.push({ timePs, port, id });
    if (this.log.length > this.#limit) return;
    const hash = mix32(mix32(timePs) ^ mix32(port * 31 + this.#node) ^ id) >>> 0;
    if (hash % 5 === 0) this.#engine.timer(this.#node, timePs + (hash % 3) * 400, FIRST_CLASS + 3, this.log.length);
    for (let k = 0; k < 1 + (hash % 2); k++) {
      const to = (this.#node + 1 + ((hash >>> (4 + 8 * k)) % (this.#nodes - 1))) % this.#nodes;
      // One packet a link at an instant, far enough apart to reach beyond the ring of windows now and then.
      const wanted = timePs + DELAY_PS + 1 + ((hash >>> 9) % (hash % 11 === 0 ? 300_000 : 900));
      const arrival = Math.max(wanted, this.#lastSentPs[to]! + 1);
      this.#lastSentPs[to] = arrival;
      this.#engine.clock[DUE] = arrival;
      const address = this.#engine.mailboxes.post(to, this.#node);
      arena[address + 1] = id + 1;
    }
  }
}

function chatter(windowPs: number, nodes: number, seeds: readonly number[]): LogEntry[][] {
  const engine = new Engine({ nodes, windowPs, horizonPs: 4000, observer: null, partition: null, layout: PLAIN_LAYOUT });
  const boxes = Array.from({ length: nodes }, (_, n) => new Chatterbox(engine, n, nodes, 60));
  for (const box of boxes) engine.addNode(box);
  seeds.forEach((seed, i) => engine.timer(i % nodes, seed, FIRST_CLASS + 5, i));
  engine.run(1e9, null);
  return boxes.map((box) => box.log);
}

describe('the engine', () => {
  test.prop(
    [
      fc.integer({ min: 2, max: 40 }),
      fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: DELAY_PS }),
    ],
    { numRuns: 40 },
  )('gives every node the same events in the same order, whatever the window', (nodes, seeds, windowPs) => {
    const expected = chatter(DELAY_PS, nodes, seeds);
    expect(expected.flat().length).toBeGreaterThan(0);
    expect(chatter(windowPs, nodes, seeds)).toEqual(expected);
  });

  test.prop([fc.integer({ min: 2, max: 10 }), fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 10 })], {
    numRuns: 20,
  })('hands a node its events in the order (time, port, id)', (nodes, seeds) => {
    for (const log of chatter(DELAY_PS, nodes, seeds)) {
      for (let i = 1; i < log.length; i++) {
        const [before, after] = [log[i - 1]!, log[i]!];
        const arePackets = before.port < FIRST_CLASS && after.port < FIRST_CLASS;
        if (before.timePs === after.timePs && arePackets) expect(after.port).toBeGreaterThan(before.port);
        else expect(after.timePs).toBeGreaterThanOrEqual(before.timePs);
      }
    }
  });

  test('handles an event at the stop time, leaves the later ones in flight, and goes on from there', () => {
    const engine = new Engine({ nodes: 2, windowPs: 1000, horizonPs: 4000, observer: null, partition: null, layout: PLAIN_LAYOUT });
    const seen: number[] = [];
    const node: EngineNode = {
      process: (count) => {
        for (let i = 0; i < count; i++) seen.push(engine.clock[0]! + (arena[engine.batch.addresses[i]!]! >>> PORT_BITS));
      },
      flush: () => false,
    };
    engine.addNode(node);
    engine.addNode(node);
    for (const timePs of [10, 1500, 1501, 9000, 900_000]) {
      engine.clock[DUE] = timePs;
      engine.mailboxes.post(0, 1);
    }
    engine.run(1500, null);
    expect(seen).toEqual([10, 1500]);
    expect(engine.mailboxes.packets()).toBe(3);
    expect(engine.isIdle()).toBe(false);
    engine.run(1501, null);
    engine.run(1e6, null);
    expect(seen).toEqual([10, 1500, 1501, 9000, 900_000]);
    expect(engine.isIdle()).toBe(true);
  });

  test('jumps over idle time, so a far timer costs nothing', () => {
    const engine = new Engine({ nodes: 1, windowPs: 1, horizonPs: 4, observer: null, partition: null, layout: PLAIN_LAYOUT });
    const seen: number[] = [];
    engine.addNode({
      process: () => {
        seen.push(engine.clock[0]!);
        if (seen.length < 4) engine.timer(0, seen.length * 1e14, FIRST_CLASS + 3, 0);
      },
      flush: () => false,
    });
    engine.timer(0, 0, FIRST_CLASS + 3, 0);
    engine.run(1e15, null);
    expect(seen).toEqual([0, 1e14, 2e14, 3e14]);
    expect(engine.isIdle()).toBe(true);
  });

  test('refuses a window that is no whole number of picoseconds or too long for a record', () => {
    for (const windowPs of [0, 0.5, 2 ** 20, NaN]) {
      expect(() => new Engine({ nodes: 1, windowPs, horizonPs: 1, observer: null, partition: null, layout: PLAIN_LAYOUT })).toThrow(
        /window/,
      );
    }
  });
});
