import { Column, float64 } from '../sim/base/column.ts';
import type { App, PacketEntry } from './app/app.ts';
import type { EnergyMeter } from './energy/meter.ts';
import { DELIVERED, type LinkOptions, type Outcome, PduQueue } from './link/pdu-queue.ts';
import type { Radio } from './radio.ts';
import type { RandomStream } from './random-stream.ts';

/** What has been counted of a user since the warm-up. */
export interface UserCounts {
  /** PDUs that left the ARQ delivered, and given up; attempts that were made and that failed. */
  deliveredPdus: number;
  givenUpPdus: number;
  attempts: number;
  failures: number;
  arrivedPackets: number;
  /** Packets by outcome. */
  readonly packets: Float64Array;
  /** Slots in each mode, 0 included. */
  readonly slotsInMode: Float64Array;
  queueSum: number;
  /** Of delivered packets. */
  readonly delaysPs: Column<Float64Array>;
  lateness: number;
  jitterSumPs: number;
  joulesBefore: number;
  slots: number;
}

/** A user of a cell: application, queue and ARQ, radio, energy. */
export class User implements PacketEntry {
  readonly queue: PduQueue;
  readonly radio: Radio;
  readonly app: App;
  readonly energy: EnergyMeter;
  /** Draws of what fails on the air. */
  readonly errors: RandomStream;
  readonly counts: UserCounts;
  /** Mode of this slot, 0: silence. */
  mode = 0;
  readonly #delayBoundPs: number;
  readonly #knowsClasses: boolean;
  #nowPs = 0;
  #lastDelayPs = NaN;
  #isCounting = false;
  #servedSlots = 0;
  #waitingSlots = 0;
  #atStart = { sent: 0, failed: 0, givenUp: 0 };

  constructor(
    parts: {
      readonly radio: Radio;
      readonly app: App;
      readonly energy: EnergyMeter;
      readonly errors: RandomStream;
      readonly modes: number;
      /** MAC and link tell packets of different classes apart. */
      readonly knowsClasses: boolean;
    },
    link: Omit<LinkOptions, 'sink'>,
    delayBoundPs: number,
  ) {
    this.radio = parts.radio;
    this.app = parts.app;
    this.energy = parts.energy;
    this.errors = parts.errors;
    this.#delayBoundPs = delayBoundPs;
    this.#knowsClasses = parts.knowsClasses;
    this.queue = new PduQueue({ ...link, sink: (tag, outcome, delayPs) => this.#onPacket(tag, outcome, delayPs) });
    this.counts = {
      deliveredPdus: 0,
      givenUpPdus: 0,
      attempts: 0,
      failures: 0,
      arrivedPackets: 0,
      packets: new Float64Array(4),
      slotsInMode: new Float64Array(parts.modes + 1),
      queueSum: 0,
      delaysPs: new Column(float64),
      lateness: 0,
      jitterSumPs: 0,
      joulesBefore: 0,
      slots: 0,
    };
  }

  get backlogPdus(): number {
    return this.queue.backlogPdus;
  }

  /** PDUs that may be sent in a slot that begins at `startPs`. */
  readyPdus(startPs: number): number {
    return this.queue.readyPdus(startPs);
  }

  arrive(tag: number, bits: number, atPs: number, deadlinePs: number, packetClass: number): void {
    if (this.#isCounting) this.counts.arrivedPackets++;
    this.queue.arrive(tag, bits, atPs, deadlinePs, this.#knowsClasses ? packetClass : 0);
  }

  /** From now on everything counts. */
  startCounting(): void {
    this.#isCounting = true;
    const { sent, failed, givenUp } = this.queue;
    this.#atStart = { sent, failed, givenUp };
    this.counts.joulesBefore = this.energy.joules();
    this.app.startCounting?.();
  }

  /** PDUs that have left the ARQ since the warm-up. */
  get leftPdus(): number {
    const { sent, failed, givenUp } = this.queue;
    return sent - failed + givenUp - (this.#atStart.sent - this.#atStart.failed + this.#atStart.givenUp);
  }

  /** Sends up to `pdus` in a slot that ends at `endPs`. */
  serve(pdus: number, endPs: number): number {
    this.#nowPs = endPs;
    this.#servedSlots++;
    return this.queue.serve(pdus, this.mode, this.radio, this.errors, endPs);
  }

  /** A slot begins, with `mode`. */
  beginSlot(mode: number): void {
    this.mode = mode;
    if (mode > 0 && this.queue.backlogPdus > 0) this.#waitingSlots++;
  }

  /** Share of the slots with a backlog in which the user was served, since the last call; NaN: there was none. */
  takeServedShare(): number {
    const share = this.#servedSlots / this.#waitingSlots;
    this.#servedSlots = 0;
    this.#waitingSlots = 0;
    return share;
  }

  dropLate(nowPs: number): void {
    this.#nowPs = nowPs;
    this.queue.dropLate(nowPs);
  }

  emit(untilPs: number): void {
    this.#nowPs = untilPs;
    this.app.emit(untilPs, this);
  }

  endSlot(): void {
    if (!this.#isCounting) return;
    const { counts } = this;
    counts.slots++;
    counts.slotsInMode[this.mode]!++;
    counts.queueSum += this.queue.backlogPdus;
  }

  /** Adds up what the queue has counted since the warm-up. */
  finish(): UserCounts {
    const { sent, failed, givenUp } = this.queue;
    this.counts.attempts = sent - this.#atStart.sent;
    this.counts.failures = failed - this.#atStart.failed;
    this.counts.givenUpPdus = givenUp - this.#atStart.givenUp;
    this.counts.deliveredPdus = this.counts.attempts - this.counts.failures;
    return this.counts;
  }

  #onPacket(tag: number, outcome: Outcome, delayPs: number): void {
    if (this.#isCounting) this.#count(outcome, delayPs);
    this.app.onPacket(tag, outcome, delayPs, this.#nowPs);
  }

  #count(outcome: Outcome, delayPs: number): void {
    const { counts } = this;
    counts.packets[outcome]!++;
    if (outcome !== DELIVERED) return;
    counts.delaysPs.push(delayPs);
    if (delayPs > this.#delayBoundPs) counts.lateness++;
    if (!Number.isNaN(this.#lastDelayPs)) counts.jitterSumPs += Math.abs(delayPs - this.#lastDelayPs);
    this.#lastDelayPs = delayPs;
  }
}
