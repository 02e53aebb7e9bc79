import type { Packet } from './packet.ts';

/** A packet in a switch. */
export interface Held {
  readonly packet: Packet;
  /** By which it came; -1: it was made here. */
  readonly inPort: number;
}

export interface ClassRules {
  /** Of a full packet on the wire. */
  readonly fullBytes: number;
  /** Of classes 1 to 7 (index 0 is unused); null: all alike. */
  readonly weights: readonly number[] | null;
  /** Most of the rate that class 0 takes while data waits; null: all. */
  readonly headerShare: number | null;
}

const CLASSES = 8;

/** docs/model-switches.md, section 1: what waits at a port, and which of it goes next. */
export class ClassQueues {
  readonly #rules: ClassRules;
  readonly #queues: Held[][] = Array.from({ length: CLASSES }, () => []);
  readonly #paused = new Set<number>();
  readonly #deficits: number[] = new Array<number>(CLASSES).fill(0);
  #pointer = 1;
  #hasChosen = false;
  /** Of class 0 over data, for `headerShare`. */
  #credit = 0;

  constructor(rules: ClassRules) {
    this.#rules = rules;
  }

  waiting(trafficClass: number): readonly Held[] {
    return this.#queues[trafficClass]!;
  }

  all(): readonly Held[] {
    return this.#queues.flat();
  }

  push(held: Held): void {
    this.#queues[held.packet.trafficClass]!.push(held);
  }

  remove(held: Held): void {
    const queue = this.#queues[held.packet.trafficClass]!;
    queue.splice(queue.indexOf(held), 1);
  }

  pause(trafficClass: number): void {
    this.#paused.add(trafficClass);
  }

  resume(trafficClass: number): void {
    this.#paused.delete(trafficClass);
  }

  isPaused(trafficClass: number): boolean {
    return this.#paused.has(trafficClass);
  }

  /** Takes out what goes next; null when nothing may. */
  takeNext(): Held | null {
    const control = this.#queues[0]!.length > 0;
    const data = this.#queues.some((_, trafficClass) => trafficClass > 0 && this.#mayGo(trafficClass));
    if (!control && !data) return null;
    const { headerShare, fullBytes } = this.#rules;
    if (!control || !data || headerShare === null) {
      this.#credit = 0;
      return control ? this.#queues[0]!.shift()! : this.#takeData();
    }
    if (this.#credit >= 0) {
      const header = this.#queues[0]!.shift()!;
      this.#credit -= header.packet.wireBytes * (1 - headerShare);
      return header;
    }
    const held = this.#takeData();
    this.#credit = Math.min(this.#credit + held.packet.wireBytes * headerShare, fullBytes);
    return held;
  }

  #mayGo(trafficClass: number): boolean {
    return this.#queues[trafficClass]!.length > 0 && !this.#paused.has(trafficClass);
  }

  /** Deficit round robin over the data classes; one of them has a packet that may go. */
  #takeData(): Held {
    const { weights, fullBytes } = this.#rules;
    let comesTo = !this.#hasChosen;
    this.#hasChosen = true;
    for (;;) {
      const queue = this.#queues[this.#pointer]!;
      if (this.#mayGo(this.#pointer)) {
        if (comesTo) this.#deficits[this.#pointer]! += (weights?.[this.#pointer] ?? 1) * fullBytes;
        const { wireBytes } = queue[0]!.packet;
        if (wireBytes <= this.#deficits[this.#pointer]!) {
          this.#deficits[this.#pointer]! -= wireBytes;
          const held = queue.shift()!;
          if (queue.length === 0) this.#deficits[this.#pointer] = 0;
          return held;
        }
      }
      this.#pointer = this.#pointer === CLASSES - 1 ? 1 : this.#pointer + 1;
      comesTo = true;
    }
  }
}
