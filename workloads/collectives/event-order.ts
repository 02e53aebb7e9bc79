import { RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';

/**
 * What of a Schedule comes before what, on every network. Event 2 op is the start of an operation, 2 op + 1 its end. The end of a receive
 * comes after the start of its send; the end of a send, its ACK, after the end of its receive.
 */
export class EventOrder {
  /** All events in one order that the Schedule allows. */
  readonly events: Int32Array;
  /** Operations that never end. */
  readonly stuck: readonly number[];
  readonly #schedule: Schedule;
  readonly #place: Int32Array;
  /** Marks of the latest search. */
  readonly #seen: Int32Array;
  #search = 0;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    const count = 2 * schedule.ops;
    const missing = new Int32Array(count);
    const offset = new Int32Array(count + 1);
    for (let event = 0; event < count; event++) {
      this.#eachBefore(event, (before) => {
        missing[event]!++;
        offset[before + 1]!++;
      });
    }
    for (let event = 0; event < count; event++) offset[event + 1]! += offset[event]!;
    const next = offset.slice();
    const after = new Int32Array(offset[count]!);
    for (let event = 0; event < count; event++) this.#eachBefore(event, (before) => (after[next[before]!++] = event));

    this.events = new Int32Array(count);
    let filled = 0;
    for (let event = 0; event < count; event++) if (missing[event] === 0) this.events[filled++] = event;
    for (let i = 0; i < filled; i++) {
      const event = this.events[i]!;
      for (let e = offset[event]!; e < offset[event + 1]!; e++) {
        const waiting = after[e]!;
        missing[waiting]!--;
        if (missing[waiting] === 0) this.events[filled++] = waiting;
      }
    }
    this.stuck = Array.from({ length: schedule.ops }, (_, op) => op).filter((op) => missing[2 * op + 1]! > 0);
    this.#place = new Int32Array(count);
    this.events.forEach((event, place) => (this.#place[event] = place));
    this.#seen = new Int32Array(count);
  }

  /** In the order of `events`; others may turn events round that nothing orders. */
  isBefore(a: number, b: number): boolean {
    return this.#place[a]! < this.#place[b]!;
  }

  /** Those of `candidates` that need not come before `event`. */
  notAncestors(event: number, candidates: ReadonlySet<number>): number[] {
    const open = new Set(candidates);
    const earliest = Math.min(...[...candidates].map((candidate) => this.#place[candidate]!));
    this.#search++;
    // Depth first: messages and what they waited for last lead back along the way of the data, which is where candidates are.
    const stack = [event];
    this.#seen[event] = this.#search;
    while (stack.length > 0 && open.size > 0) {
      this.#eachBefore(stack.pop()!, (before) => {
        if (this.#seen[before] === this.#search || this.#place[before]! < earliest) return;
        this.#seen[before] = this.#search;
        open.delete(before);
        stack.push(before);
      });
    }
    return [...open];
  }

  #eachBefore(event: number, visit: (before: number) => void): void {
    const { kind, match, depOffset, depOp, depOnStart } = this.#schedule;
    const op = event >> 1;
    if ((event & 1) === 1) {
      visit(2 * op);
      if (kind[op] === RECV) visit(2 * match[op]!);
      else if (kind[op] === SEND) visit(2 * match[op]! + 1);
      return;
    }
    for (let e = depOffset[op]!; e < depOffset[op + 1]!; e++) visit(2 * depOp[e]! + (depOnStart[e] === 1 ? 0 : 1));
  }
}
