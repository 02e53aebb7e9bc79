import type { EntropySource } from '../balancing/entropy.ts';
import type { Engine } from '../engine/engine.ts';
import type { FlowTable } from '../transport/flow-table.ts';
import type { Sender } from '../transport/sender.ts';
import { ControlQueue } from './control-queue.ts';
import { FlowRing } from './flow-ring.ts';
import { DATA, NIC_WAKE_UP, RETRANSMISSION_TIMER } from './meta.ts';
import type { Ports } from './ports.ts';

/** What all NICs of a run share. Arrays are indexed by flow and written by the flow's source host only. */
export interface NicShared {
  readonly engine: Engine;
  readonly ports: Ports;
  readonly flows: FlowTable;
  readonly sender: Sender;
  readonly entropy: EntropySource;
  /** Pacing rate a flow; null: line rate. */
  readonly rateBps: Float64Array | null;
  /** Paced flows are eligible from here on. */
  readonly nextSendPs: Float64Array;
  /** Time of the flow's last transmission or answer. */
  readonly lastActivityPs: Float64Array;
  readonly timerArmed: Uint8Array;
  /** Infinity: no timers. */
  readonly rtoPs: number;
}

/**
 * A host's one port. It decides what to send at the instant it is free: control packets first, then round robin over the flows that have a
 * packet, the window for it, and are not held back by pacing.
 *
 * Because a decision reads the host's state, every event of the host calls `sync` before it changes anything and `kick` after.
 */
export class Nic {
  /** First transmissions, retransmissions, control packets: sent by this host. */
  packets = 0;
  retransmits = 0;
  controls = 0;
  readonly control = new ControlQueue();
  readonly #shared: NicShared;
  readonly #host: number;
  readonly #link: number;
  readonly #ring: FlowRing;
  #lastServed: number;
  /** Instant of the wake-up that is armed; Infinity: none. */
  #wakeUpPs = Infinity;

  constructor(shared: NicShared, host: number, link: number, firstFlow: number, flows: number) {
    this.#shared = shared;
    this.#host = host;
    this.#link = link;
    this.#ring = new FlowRing(firstFlow, flows);
    this.#lastServed = firstFlow - 1;
  }

  hasWork(): boolean {
    return this.control.count > 0 || this.#ring.count > 0;
  }

  /** The flow's eligibility may have changed. */
  update(flow: number): void {
    if (this.#shared.sender.canSend(flow)) this.#ring.add(flow);
    else this.#ring.remove(flow);
  }

  /** Commits every transmission that starts at or before `nowPs`. */
  sync(nowPs: number): void {
    while (this.hasWork()) {
      const startPs = this.#nextStartPs();
      if (startPs > nowPs) return;
      this.#send(startPs);
    }
  }

  /** After an event at `nowPs`: an idle port starts at once. */
  kick(nowPs: number): void {
    if (!this.hasWork() || this.#shared.ports.busyPs(this.#link) > nowPs) return;
    if (this.#isReadyAt(nowPs)) this.#send(nowPs);
  }

  /** Commits what starts before `windowEndPs`; returns whether the next transmission starts in the following window. */
  flush(windowEndPs: number): boolean {
    while (this.hasWork()) {
      const startPs = this.#nextStartPs();
      if (startPs >= windowEndPs) return this.#waits(startPs, windowEndPs);
      this.#send(startPs);
    }
    return false;
  }

  wakeUp(): void {
    this.#wakeUpPs = Infinity;
  }

  /** The next transmission starts at `startPs`: in the following window, or a wake-up is armed for it. */
  #waits(startPs: number, windowEndPs: number): boolean {
    if (startPs < windowEndPs + this.#shared.engine.windowPs) return true;
    if (startPs < this.#wakeUpPs) {
      this.#wakeUpPs = startPs;
      this.#shared.engine.timer(this.#host, startPs, NIC_WAKE_UP, 0);
    }
    return false;
  }

  /** Some packet may be sent at `nowPs` by an idle port; only with work. */
  #isReadyAt(nowPs: number): boolean {
    return this.#shared.rateBps === null || this.#nextStartPs() <= nowPs;
  }

  /** When the next transmission can start; only with work. */
  #nextStartPs(): number {
    const busyPs = this.#shared.ports.busyPs(this.#link);
    if (this.#shared.rateBps === null || this.control.count > 0) return busyPs;
    const nextSendPs = this.#shared.nextSendPs;
    let earliestPs = Infinity;
    let flow = this.#lastServed;
    for (let i = this.#ring.count; i > 0; i--) {
      flow = this.#ring.after(flow);
      const readyPs = nextSendPs[flow]!;
      if (readyPs <= busyPs) return busyPs;
      if (readyPs < earliestPs) earliestPs = readyPs;
    }
    return earliestPs;
  }

  #send(startPs: number): void {
    if (this.control.count > 0) this.#sendControl(startPs);
    else this.#sendData(this.#nextFlow(startPs), startPs);
  }

  #sendControl(startPs: number): void {
    const { words, head } = this.control;
    this.control.drop();
    this.controls++;
    this.#shared.ports.transmit(this.#link, startPs, words[head]!, words[head + 1]!, words[head + 2]!, words[head + 3]!, words[head + 4]!);
  }

  #nextFlow(startPs: number): number {
    let flow = this.#ring.after(this.#lastServed);
    if (this.#shared.rateBps !== null) while (this.#shared.nextSendPs[flow]! > startPs) flow = this.#ring.after(flow);
    return flow;
  }

  #sendData(flow: number, startPs: number): void {
    const shared = this.#shared;
    const { sender } = shared;
    this.#lastServed = flow;
    sender.take(flow);
    const bytes = sender.takenBytes;
    if (sender.takenAgain === 1) this.retransmits++;
    else this.packets++;
    const entropy = shared.entropy.next(flow, this.#host, bytes);
    const dstMeta = (shared.flows.dstHost[flow]! << 8) | DATA;
    shared.ports.transmit(this.#link, startPs, flow, sender.takenSeq, dstMeta, (bytes << 16) | entropy, sender.takenAgain);
    shared.lastActivityPs[flow] = startPs;
    if (shared.timerArmed[flow] === 0) this.#armTimer(flow, startPs);
    if (shared.rateBps !== null) shared.nextSendPs[flow] = startPs + Math.max(1, Math.round((bytes * 8e12) / shared.rateBps[flow]!));
    if (!sender.canSend(flow)) this.#ring.remove(flow);
  }

  #armTimer(flow: number, startPs: number): void {
    this.#shared.timerArmed[flow] = 1;
    if (this.#shared.rtoPs !== Infinity) {
      this.#shared.engine.timer(this.#host, startPs + this.#shared.rtoPs, RETRANSMISSION_TIMER, flow);
    }
  }
}
