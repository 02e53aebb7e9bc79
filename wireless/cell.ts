import type { SignalBus } from './controller/bus.ts';
import type { CellView, Scheduler } from './mac/scheduler.ts';
import type { PhyMode } from './phy/modes.ts';
import type { SlotSpec } from '../sim/base/radio-spec.ts';
import type { User } from './user.ts';

/**
 * A base station and its users, slot by slot. In a slot: every radio moves on; late packets are dropped where that is asked for; one user
 * is picked; its head-of-line PDUs are sent; then what has arrived during the slot joins the queues.
 */
export class Cell {
  readonly users: readonly User[];
  /** Slots so far. */
  slots = 0;
  /** Of each user; null: nobody controls them. */
  buses: readonly SignalBus[] | null = null;
  readonly #slot: SlotSpec;
  readonly #slotS: number;
  readonly #dropLate: boolean;
  /** PDUs a slot carries, and bits a symbol, by mode; mode 0 none. */
  readonly #pdusOfMode: Float64Array;
  readonly #bitsPerSymbol: Float64Array;
  readonly #scheduler: Scheduler | null;
  readonly #view: CellView;

  /** @param scheduler null: there is one user, who is always served */
  constructor(
    users: readonly User[],
    modes: readonly PhyMode[],
    slot: SlotSpec,
    scheduler: Scheduler | null,
    view: CellView,
    dropLate: boolean,
  ) {
    this.users = users;
    this.#slot = slot;
    this.#slotS = slot.durationPs / 1e12;
    this.#dropLate = dropLate;
    this.#bitsPerSymbol = Float64Array.from([0, ...modes.map(({ bitsPerSymbol }) => bitsPerSymbol)]);
    this.#pdusOfMode = this.#bitsPerSymbol.map((bits) => bits * slot.packetsPerSlot);
    this.#scheduler = scheduler;
    this.#view = view;
  }

  get nowPs(): number {
    return this.slots * this.#slot.durationPs;
  }

  step(): void {
    const startPs = this.nowPs;
    const endPs = startPs + this.#slot.durationPs;
    const { users } = this;
    for (let u = 0; u < users.length; u++) {
      const user = users[u]!;
      user.beginSlot(user.radio.step());
      if (this.#dropLate && user.backlogPdus > 0) user.dropLate(startPs);
    }
    const picked = this.#scheduler === null ? 0 : this.#pick(this.#scheduler, startPs);
    let sentBits = 0;
    for (let u = 0; u < users.length; u++) {
      const user = users[u]!;
      if (u === picked) sentBits = this.#serve(user, u) * this.#slot.packetBits;
      else user.energy.rest(this.#slotS);
      user.emit(endPs);
      user.endSlot();
    }
    this.#scheduler?.endSlot(this.#view, picked, sentBits);
    this.slots++;
  }

  /** Sends for user `u`; returns how many PDUs. */
  #serve(user: User, u: number): number {
    const startPs = this.nowPs;
    const pdus = this.#pdusOfMode[user.mode]! - this.#signallingPdus(u);
    const sent = pdus === 0 || user.readyPdus(startPs) === 0 ? 0 : user.serve(pdus, startPs + this.#slot.durationPs);
    const airtimeS = sent === 0 ? 0 : (this.#slotS * sent) / pdus;
    if (airtimeS > 0) user.energy.transmit(airtimeS, user.radio.power);
    if (airtimeS < this.#slotS) user.energy.rest(this.#slotS - airtimeS);
    return sent;
  }

  /** PDUs of this slot that signals with airtime of their own take, at the rate of mode 1. */
  #signallingPdus(u: number): number {
    const bus = this.buses?.[u];
    const pdus = this.#pdusOfMode[this.users[u]!.mode]!;
    // In silence signals wait like everything else.
    if (bus === undefined || pdus === 0) return 0;
    const bitsASlot = this.#pdusOfMode[1]! * this.#slot.packetBits;
    return Math.min(pdus, Math.ceil((bus.takeInBandBits(bitsASlot) / bitsASlot) * pdus));
  }

  #pick(scheduler: Scheduler, startPs: number): number {
    const view = this.#view;
    const { users } = this;
    for (let u = 0; u < users.length; u++) {
      const user = users[u]!;
      view.backlogPdus[u] = user.readyPdus(startPs);
      if (user.backlogPdus === 0) {
        // Nobody looks at the rest.
        view.headDelayS[u] = 0;
        continue;
      }
      const arrivalPs = user.queue.headArrivalPs();
      view.bitsPerSymbol[u] = this.#bitsPerSymbol[user.mode]!;
      view.rateBits[u] = this.#pdusOfMode[user.mode]! * this.#slot.packetBits;
      view.headArrivalPs[u] = arrivalPs;
      view.headDelayS[u] = (startPs - arrivalPs) / 1e12;
      view.headClass[u] = user.queue.headClass();
    }
    return scheduler.pick(view);
  }
}
