import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { NOTHING } from '../after-all.ts';
import type { Data, Piece } from './blocks.ts';
import type { BlockAction } from './collective-call.ts';
import { collectiveSchedule } from './collective.ts';
import { EventOrder } from './event-order.ts';
import { meaningOf } from './meaning.ts';

/** What one message of a Schedule carries. */
export interface CarriedMessage {
  readonly send: number;
  /** The operation of the receiver whose end puts the data in its place; usually the receive. */
  readonly done: number;
  /** The send of the rank that passes the message on; absent: none does. */
  readonly relay?: number;
  readonly data: Data;
  readonly action: BlockAction;
}

/** What a Schedule is to bring about. Data lies in one space of bytes that all ranks know; each rank has a copy of some of it. */
export interface DataMeaning {
  /** Contributions of ranks are added, and each has to be in a result exactly once; false: data is only moved. */
  readonly reduces: boolean;
  /** Where rank r has data of its own at the start. */
  holds(rank: number): Data;
  /** What rank r must have at the end, and the contributions that each byte of it must consist of. */
  wants(rank: number): readonly { readonly data: Data; readonly from: readonly number[] }[];
}

/** Faults reported of one Schedule; more of them help nobody. */
const MAX_FAULTS = 20;

/** Contributions are counted up to it. */
const MOST = 255;

/**
 * Proves that a Schedule brings about what it is meant to, whatever its messages take. It is executed once, symbolically, in one order
 * that its dependencies allow; a send takes its data when it starts and may carry only what is there. That this order stands for all
 * others is proved too: a send and a change of what it reads, or two changes that are not both additions, must be ordered by dependencies
 * and messages.
 *
 * @returns what is wrong, in words; empty: the Schedule is right
 */
export function scheduleFaults(schedule: Schedule, messages: readonly CarriedMessage[], meaning: DataMeaning): string[] {
  const order = new EventOrder(schedule);
  if (order.stuck.length > 0) return order.stuck.slice(0, MAX_FAULTS).map((op) => `operation ${op} waits for itself`);
  const early = messages.filter((message) => passesOnTooEarly(schedule, order, message));
  if (early.length > 0) return early.slice(0, MAX_FAULTS).map(({ relay }) => `send ${relay} passes on what may not be there`);
  const execution = new SymbolicExecution(schedule, messages, meaning);
  execution.run(order);
  return execution.faults.slice(0, MAX_FAULTS);
}

/** A message that is passed on has to be at the rank that does so, whatever messages take. */
function passesOnTooEarly({ rank, peer, match }: Schedule, order: EventOrder, { send, relay }: CarriedMessage): boolean {
  if (relay === undefined) return false;
  return rank[relay] !== peer[send] || order.notAncestors(2 * relay, new Set([2 * match[send]! + 1])).length > 0;
}

/** Builds a collective and proves it right. */
export function collectiveFaults(spec: CollectiveSpec): string[] {
  const messages: CarriedMessage[] = [];
  const schedule = collectiveSchedule(spec, (_step, _src, _dst, data, _bytes, action, send, done, relay) => {
    messages.push({ send, done, data, action, ...(relay === NOTHING ? {} : { relay }) });
  });
  return scheduleFaults(schedule, messages, meaningOf(spec));
}

/** A read or a change of an atom: the message, and the event that does it. */
interface Access {
  readonly event: number;
  readonly kind: 'read' | BlockAction;
}

/** The data in atoms: intervals that no message cuts. */
class Atoms {
  readonly #bounds: Float64Array;

  constructor(pieces: readonly Piece[]) {
    this.#bounds = Float64Array.from(new Set(pieces.flatMap(({ from, bytes }) => [from, from + bytes]))).sort();
  }

  get count(): number {
    return Math.max(0, this.#bounds.length - 1);
  }

  start(atom: number): number {
    return this.#bounds[atom]!;
  }

  of(data: Data): number[] {
    return data.flatMap(({ from, bytes }) => {
      const first = this.#find(from);
      const end = this.#find(from + bytes);
      return Array.from({ length: end - first }, (_, i) => first + i);
    });
  }

  #find(bound: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bounds[middle]! < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class SymbolicExecution {
  readonly faults: string[] = [];
  readonly #schedule: Schedule;
  readonly #messages: readonly CarriedMessage[];
  readonly #meaning: DataMeaning;
  readonly #atoms: Atoms;
  /** Contributions counted for an atom: all ranks where data is added, else one place that says whether it is there. */
  readonly #width: number;
  /** How often each contribution is there. A count that has reached its largest value stays there: it never comes round to 0 or 1. */
  readonly #held: readonly Uint8ClampedArray[];
  readonly #carried: (readonly number[])[];

  constructor(schedule: Schedule, messages: readonly CarriedMessage[], meaning: DataMeaning) {
    this.#schedule = schedule;
    this.#messages = messages;
    this.#meaning = meaning;
    const ranks = Array.from({ length: schedule.ranks }, (_, rank) => rank);
    const held = ranks.map((rank) => meaning.holds(rank));
    const wanted = ranks.flatMap((rank) => meaning.wants(rank).flatMap(({ data }) => data));
    this.#atoms = new Atoms([...messages.flatMap(({ data }) => data), ...held.flat(), ...wanted]);
    this.#width = meaning.reduces ? schedule.ranks : 1;
    this.#carried = messages.map(({ data }) => this.#atoms.of(data));
    this.#held = held.map((data, rank) => {
      const counts = new Uint8ClampedArray(this.#atoms.count * this.#width);
      for (const atom of this.#atoms.of(data)) counts[atom * this.#width + (meaning.reduces ? rank : 0)] = 1;
      return counts;
    });
  }

  run(order: EventOrder): void {
    const starts = new Map<number, number>();
    const ends = new Map<number, number>();
    this.#messages.forEach(({ send, done }, i) => {
      starts.set(send, i);
      ends.set(done, i);
    });
    const taken = new Map<number, Uint8ClampedArray>();
    for (const event of order.events) {
      const op = event >> 1;
      const message = (event & 1) === 0 ? starts.get(op) : ends.get(op);
      if (message === undefined) continue;
      if ((event & 1) === 0) taken.set(message, this.#take(message));
      else this.#put(message, taken.get(message)!);
    }
    this.#checkOrder(order);
    this.#checkResults();
  }

  #take(message: number): Uint8ClampedArray {
    const { send } = this.#messages[message]!;
    const rank = this.#schedule.rank[send]!;
    const counts = this.#held[rank]!;
    const width = this.#width;
    const taken = new Uint8ClampedArray(this.#carried[message]!.length * width);
    this.#carried[message]!.forEach((atom, i) => {
      const copy = counts.subarray(atom * width, (atom + 1) * width);
      if (copy.every((count) => count === 0)) {
        this.faults.push(`send ${send}: rank ${rank} has nothing at byte ${this.#atoms.start(atom)} to send`);
      }
      taken.set(copy, i * width);
    });
    return taken;
  }

  #put(message: number, taken: Uint8ClampedArray): void {
    const { send, relay = send, done, action } = this.#messages[message]!;
    const rank = this.#schedule.rank[done]!;
    if (this.#schedule.peer[relay] !== rank) {
      this.faults.push(`send ${relay} goes to rank ${this.#schedule.peer[relay]}, not to rank ${rank}, which is to take it`);
    }
    const counts = this.#held[rank]!;
    const width = this.#width;
    this.#carried[message]!.forEach((atom, i) => {
      for (let c = 0; c < width; c++) {
        const value = taken[i * width + c]!;
        counts[atom * width + c] = action === 'reduce' ? counts[atom * width + c]! + value : value;
      }
    });
  }

  /** Of accesses to one atom of one rank, those that do not commute must be ordered whatever the messages take. */
  #checkOrder(order: EventOrder): void {
    const { rank } = this.#schedule;
    const accesses = new Map<number, Access[]>();
    const add = (owner: number, atom: number, access: Access): void => {
      const key = owner * this.#atoms.count + atom;
      const list = accesses.get(key);
      if (list === undefined) accesses.set(key, [access]);
      else list.push(access);
    };
    this.#messages.forEach(({ send, done, action }, i) => {
      for (const atom of this.#carried[i]!) {
        add(rank[send]!, atom, { event: 2 * send, kind: 'read' });
        add(rank[done]!, atom, { event: 2 * done + 1, kind: action });
      }
    });
    /** For each event the earlier ones that it must come after. */
    const mustFollow = new Map<number, Set<number>>();
    for (const list of accesses.values()) {
      for (let i = 0; i < list.length; i++) {
        for (let j = i + 1; j < list.length; j++) {
          const [a, b] = [list[i]!, list[j]!];
          if (a.kind === b.kind && a.kind !== 'copy') continue;
          const [earlier, later] = order.isBefore(a.event, b.event) ? [a, b] : [b, a];
          const set = mustFollow.get(later.event);
          if (set === undefined) mustFollow.set(later.event, new Set([earlier.event]));
          else set.add(earlier.event);
        }
      }
    }
    for (const [event, earlier] of mustFollow) {
      for (const loose of order.notAncestors(event, earlier)) {
        this.faults.push(`operations ${loose >> 1} and ${event >> 1} use the same data of rank ${rank[event >> 1]}, in any order`);
      }
    }
  }

  #checkResults(): void {
    const width = this.#width;
    this.#held.forEach((counts, rank) => {
      for (const { data, from } of this.#meaning.wants(rank)) {
        const expected = new Uint8Array(width);
        for (const contributor of from) expected[this.#meaning.reduces ? contributor : 0] = 1;
        for (const atom of this.#atoms.of(data)) {
          const wrong = expected.findIndex((count, c) => counts[atom * width + c] !== count);
          if (wrong === -1) continue;
          const what = this.#meaning.reduces ? `the contribution of rank ${wrong}` : 'its data';
          const count = counts[atom * width + wrong]!;
          this.faults.push(
            `rank ${rank}, byte ${this.#atoms.start(atom)}: ${what} is there ${count} times${count === MOST ? ' or more' : ''}, not ${expected[wrong]}`,
          );
        }
      }
    });
  }
}
