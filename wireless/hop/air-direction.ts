import type { SlotSpec } from '../../sim/base/radio-spec.ts';
import type { AirSink, Direction } from '../../sim/base/air.ts';
import type { CellView, Scheduler } from '../mac/scheduler.ts';
import type { PhyMode } from '../phy/modes.ts';
import type { AirLink } from './air-link.ts';

/** One direction of a cell: its links, and the scheduler that serves one of them a slot. */
export class AirDirection {
  /** Packets that have joined links and not left them. */
  held = 0;
  readonly #links: readonly AirLink[];
  readonly #scheduler: Scheduler;
  readonly #view: CellView;
  readonly #slot: SlotSpec;
  readonly #modes: Int32Array;
  /** PDUs a slot carries, and bits a symbol, by mode; mode 0 none. */
  readonly #bitsPerSymbol: Float64Array;
  readonly #pdusOfMode: Float64Array;
  /** Slots that have been served or made up for. */
  #slots = 0;
  /** Served last; -1: nobody. */
  #picked = -1;

  constructor(links: readonly AirLink[], scheduler: Scheduler, slot: SlotSpec, modes: readonly PhyMode[]) {
    this.#links = links;
    this.#scheduler = scheduler;
    this.#slot = slot;
    this.#modes = new Int32Array(links.length);
    this.#bitsPerSymbol = Float64Array.from([0, ...modes.map(({ bitsPerSymbol }) => bitsPerSymbol)]);
    this.#pdusOfMode = this.#bitsPerSymbol.map((bits) => bits * slot.packetsPerSlot);
    this.#view = viewOf(links.length, slot);
  }

  get attempts(): number {
    return this.#links.reduce((sum, { queue }) => sum + queue.sent, 0);
  }

  get failures(): number {
    return this.#links.reduce((sum, { queue }) => sum + queue.failed, 0);
  }

  take(terminal: number, tag: number, bits: number, nowPs: number): boolean {
    const isTaken = this.#links[terminal]!.take(tag, bits, nowPs);
    if (isTaken) this.held++;
    return isTaken;
  }

  /** The slot served last ends. */
  endSlot(direction: Direction, sink: AirSink): void {
    if (this.#picked < 0) return;
    const terminal = this.#picked;
    this.#picked = -1;
    this.held -= this.#links[terminal]!.release(direction, terminal, sink);
  }

  /** Slot `slot` begins, after those in which nothing was held. */
  serve(slot: number): void {
    while (this.#slots < slot) {
      this.#step();
      this.#scheduler.endSlot(this.#view, -1, 0);
    }
    const startPs = slot * this.#slot.durationPs;
    this.#step();
    this.#look(startPs);
    const picked = this.#scheduler.pick(this.#view);
    let sent = 0;
    if (picked >= 0) {
      const mode = this.#modes[picked]!;
      sent = this.#links[picked]!.serve(this.#pdusOfMode[mode]!, mode, startPs + this.#slot.durationPs);
    }
    this.#scheduler.endSlot(this.#view, picked, sent * this.#slot.packetBits);
    this.#picked = picked;
  }

  /** Every radio moves on to its next slot. */
  #step(): void {
    for (let i = 0; i < this.#links.length; i++) this.#modes[i] = this.#links[i]!.radio.step();
    this.#slots++;
  }

  #look(startPs: number): void {
    const view = this.#view;
    this.#links.forEach(({ queue }, i) => {
      const mode = this.#modes[i]!;
      view.backlogPdus[i] = queue.readyPdus(startPs);
      view.bitsPerSymbol[i] = this.#bitsPerSymbol[mode]!;
      view.rateBits[i] = this.#pdusOfMode[mode]! * this.#slot.packetBits;
      view.headArrivalPs[i] = queue.headArrivalPs();
      view.headDelayS[i] = queue.backlogPdus === 0 ? 0 : (startPs - view.headArrivalPs[i]!) / 1e12;
    });
  }
}

/** Of packets without class and bounds. */
function viewOf(users: number, { durationPs }: SlotSpec): CellView {
  return {
    users,
    backlogPdus: new Int32Array(users),
    rateBits: new Float64Array(users),
    bitsPerSymbol: new Float64Array(users),
    headDelayS: new Float64Array(users),
    headArrivalPs: new Float64Array(users),
    headClass: new Int32Array(users),
    delayBoundS: new Float64Array(users).fill(Infinity),
    missTarget: new Float64Array(users),
    minRateBps: new Float64Array(users),
    serviceClass: new Int32Array(users),
    slotS: durationPs / 1e12,
  };
}
