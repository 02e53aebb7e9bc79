import type { MrcSpec } from '../../../sim/base/balancer-spec.ts';
import { FlowChoice, type Echo, type FlowView, type Sending } from './flow-choice.ts';

interface Slot {
  readonly path: number;
  state: 'good' | 'skip' | 'assumed-bad';
  /** `skip`: it ends then; `assumed-bad`: its probe is due then. */
  untilPs: number;
}

/** Section 7. */
export class Mrc extends FlowChoice {
  override readonly pins = true;
  readonly #spec: MrcSpec;
  #slots: Slot[] = [];
  #reserve: Slot[] = [];
  #turn = 0;
  #nextReserve = 0;

  constructor(view: FlowView, spec: MrcSpec) {
    super(view);
    this.#spec = spec;
  }

  next({ startPs }: Sending): number {
    if (this.#slots.length === 0) this.#begin();
    const slots = this.#slots;
    let skipped: number | null = null;
    for (let tries = 0; tries < slots.length; tries++) {
      const place = this.#turn;
      const slot = slots[place]!;
      this.#turn = (place + 1) % slots.length;
      if (slot.state === 'skip' && slot.untilPs <= startPs) slot.state = 'good';
      if (slot.state === 'good') return slot.path;
      if (slot.state === 'skip' && skipped === null) {
        skipped = place;
        if (!this.view.has('skipped-for-good')) slot.state = 'good';
      }
    }
    const place = skipped ?? this.#turn;
    this.#turn = (place + 1) % slots.length;
    return slots[place]!.path;
  }

  override hearAck({ entropy, marked, timePs }: Echo): void {
    if (marked) this.#skip(entropy, timePs);
    const due = this.#all().filter(({ state, untilPs }) => state === 'assumed-bad' && untilPs <= timePs);
    for (const slot of due) slot.untilPs = timePs + this.#spec.probeIntervalPs;
    this.probes = due.map(({ path }) => ({ number: path, entropy: path }));
  }

  override hearProbeAnswer(path: number): void {
    const slot = this.#all().find((candidate) => candidate.path === path)!;
    if (slot.state === 'assumed-bad' && !this.view.has('probes-in-vain')) slot.state = 'good';
  }

  #all(): Slot[] {
    return [...this.#slots, ...this.#reserve];
  }

  override hearNack({ entropy, lastHop, timePs }: Echo): void {
    if (!lastHop) this.#skip(entropy, timePs);
  }

  override hearLoss(path: number, timePs: number): void {
    this.#assumeBad(path, timePs);
  }

  override hearTimeout(path: number | null, timePs: number): void {
    if (path !== null) this.#assumeBad(path, timePs);
  }

  #begin(): void {
    const { deny, entropies, backup } = this.#spec;
    const paths = this.view.paths.filter((path) => !deny.includes(path));
    const first = this.view.draws.below(paths.length);
    const slots = paths.map((_, i): Slot => ({ path: paths[(first + i) % paths.length]!, state: 'good', untilPs: 0 }));
    this.#slots = slots.slice(0, entropies);
    this.#reserve = slots.slice(entropies, entropies + backup);
  }

  #skip(path: number, timePs: number): void {
    const slot = this.#slots.find((candidate) => candidate.path === path);
    if (slot === undefined || slot.state !== 'good') return;
    slot.state = 'skip';
    slot.untilPs = timePs + (this.#spec.skipPs ?? 4 * this.view.baseRttPs);
  }

  #assumeBad(path: number, timePs: number): void {
    const place = this.#slots.findIndex((slot) => slot.path === path);
    if (place < 0) return;
    const slot = this.#slots[place]!;
    slot.state = 'assumed-bad';
    slot.untilPs = timePs + this.#spec.probeIntervalPs;
    const spare = this.#reserve[this.#nextReserve];
    if (spare?.state !== 'good') return;
    this.#slots[place] = spare;
    this.#reserve[this.#nextReserve] = slot;
    this.#nextReserve = (this.#nextReserve + 1) % this.#reserve.length;
  }
}
