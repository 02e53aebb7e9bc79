import type { Engine } from '../engine/engine.ts';
import { DATA, PULL, TYPE_MASK } from '../base/packet.ts';
import type { HostBalancer } from '../balancing/packet-balancer.ts';
import { NOW, START, WINDOW_END } from '../engine/record.ts';
import type { CreditGate } from '../transport/credit-gate.ts';
import type { Sender } from '../transport/sender.ts';
import { ChannelRing } from './channel-ring.ts';
import { ClassedRing, type ReadyFlows } from './classed-ring.ts';
import { ControlQueue } from './control-queue.ts';
import { FlowRing } from './flow-ring.ts';
import { HeldFlows } from './held-flows.ts';
import { BUSY_PS, DATA_PS, HostPort } from './host-port.ts';
import { NIC_WAKE_UP, RETRANSMISSION_TIMER } from './local-events.ts';
import { DESTINATION, FLOW_WORDS, LAST_ACTIVITY_PS, TIMER_ARMED, type NicLink, type NicShared } from './nic-shared.ts';
import { FlowLimit } from './flow-limit.ts';
import { arena, clock, doubles } from '../engine/arena.ts';

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
  readonly control: ControlQueue;
  readonly #shared: NicShared;
  // What every packet needs is a field of its own: a chain of fields is a chain of loads and checks.
  readonly #engine: Engine;
  readonly #sender: Sender;
  readonly #balancer: HostBalancer;
  readonly #keepsRecords: boolean;
  readonly #hearsTransmissions: boolean;
  readonly #flowsAt: number;
  readonly #headerBytes: number;
  /** Something beyond the bare sending of packets is wanted. */
  readonly #hasExtras: boolean;
  /** Neither pacing, channels, the host's memory nor pauses hold anything back, and control packets always go first. */
  readonly #isPlain: boolean;
  readonly #recordWords: number;
  readonly #telemetryWord: number;
  readonly #pullWord: number;
  /** Of the jobs with receiver credit; null: there are none. */
  readonly #credits: readonly CreditGate[] | null;
  readonly #host: number;
  readonly #port: HostPort;
  /** Of its times in `doubles`. */
  readonly #portAt: number;
  /** Flows that may send as far as pacing is concerned, and those that it holds back (null: no pacing). */
  readonly #ring: ReadyFlows;
  readonly #classes: ClassedRing | null;
  readonly #held: HeldFlows | null;
  readonly #channels: ChannelRing | null;
  readonly #open: FlowLimit | null;
  readonly #firstFlow: number;
  readonly #isOldestFirst: boolean;
  readonly #pcieBps: number;
  readonly #controlBurst: number;
  #controlsInRow = 0;
  /** A bit a traffic class: the switch has paused it. */
  #paused = 0;
  #lastServed: number;
  /** Instant of the wake-up that is armed; Infinity: none. */
  #wakeUpPs = Infinity;

  constructor(shared: NicShared, host: number, link: NicLink, firstFlow: number, flows: number) {
    const { engine, spec, pausable } = shared;
    this.#shared = shared;
    this.#engine = engine;
    this.#sender = shared.sender;
    this.#balancer = shared.balancer;
    this.#keepsRecords = shared.sender.keepsRecords;
    this.#hearsTransmissions = shared.control.hearsTransmissions;
    this.#flowsAt = shared.flowsAt;
    this.#headerBytes = spec.headerBytes;
    this.#recordWords = engine.layout.words;
    this.#telemetryWord = engine.layout.telemetry;
    this.#pullWord = engine.layout.pull;
    const credits = shared.jobs.flatMap(({ credit }) => (credit === null ? [] : [credit]));
    this.#credits = credits.length === 0 ? null : credits;
    this.#host = host;
    this.#port = new HostPort(shared, link);
    this.#portAt = this.#port.at;
    this.control = new ControlQueue(engine.layout.words, engine.region);
    this.#classes =
      pausable === null ? null : new ClassedRing(firstFlow, flows, pausable.dataClasses.length, pausable.indexOfFlow, engine.region);
    const unlimited = this.#classes ?? new FlowRing(firstFlow, flows, engine.region);
    const { channelOfFlow } = shared;
    this.#channels = channelOfFlow === null ? null : new ChannelRing(unlimited, firstFlow, flows, channelOfFlow, spec.channelBps!);
    this.#ring = this.#channels ?? unlimited;
    this.#held = shared.rateBps === null ? null : new HeldFlows(shared.nextSendPs, shared.heldPlace);
    this.#open = spec.maxFlows === null ? null : new FlowLimit(spec.maxFlows);
    this.#firstFlow = firstFlow;
    this.#isOldestFirst = spec.scheduler === 'oldest-first';
    this.#pcieBps = spec.pcieBps ?? 0;
    this.#controlBurst = spec.controlBurst ?? 0;
    const wantsNotes = this.#keepsRecords || this.#hearsTransmissions || this.#pcieBps > 0 || this.#channels !== null;
    this.#hasExtras = wantsNotes || this.#telemetryWord > 0 || this.#pullWord > 0 || this.#credits !== null;
    this.#isPlain = this.#held === null && this.#channels === null && this.#classes === null && this.#pcieBps + this.#controlBurst === 0;
    this.#lastServed = firstFlow - 1;
  }

  hasWork(): boolean {
    if (this.#ring.count > 0 || this.#hasControl() || (this.#held !== null && !this.#held.isEmpty())) return true;
    return this.#channels !== null && this.#channels.waiting > 0;
  }

  /** A flow of this host begins. */
  open(flow: number): void {
    if (this.#open === null || this.#open.enter(flow, doubles[NOW]!)) this.update(flow);
  }

  /** A flow of this host is complete. */
  close(flow: number): void {
    this.update(flow);
    if (this.#open === null) return;
    const next = this.#open.leave();
    if (next >= 0) this.update(next);
  }

  /** The flow's eligibility may have changed. */
  update(flow: number): void {
    if (!this.#sender.canSend(flow)) {
      this.#ring.remove(flow);
      if (this.#held !== null) this.#held.drop(flow);
    } else if (this.#held !== null && !this.#ring.has(flow)) {
      this.#held.add(flow);
    } else {
      this.#ring.add(flow);
    }
  }

  /** The switch pauses or resumes a traffic class at clock[NOW]. */
  setPaused(trafficClass: number, isPaused: boolean): void {
    const { pausable } = this.#shared;
    if (isPaused) this.#paused |= 1 << trafficClass;
    else this.#paused &= ~(1 << trafficClass);
    this.#classes!.setPaused(pausable!.dataClasses.indexOf(trafficClass), isPaused);
  }

  /** Commits every transmission that starts at or before clock[NOW]. */
  sync(): void {
    if (doubles[(this.#portAt + BUSY_PS) | 0]! > doubles[NOW]! || !this.hasWork()) return;
    for (;;) {
      this.#planStart();
      if (doubles[START]! > doubles[NOW]!) return;
      this.#send();
      if (!this.hasWork()) return;
    }
  }

  /** After an event at clock[NOW]: an idle port starts at once. */
  kick(): void {
    if (doubles[(this.#portAt + BUSY_PS) | 0]! > doubles[NOW]! || !this.hasWork()) return;
    doubles[START] = doubles[NOW]!;
    this.#send();
  }

  /** Commits what starts before the end of the window; returns whether the next transmission starts in the following window. */
  flush(): boolean {
    while (this.hasWork()) {
      this.#planStart();
      if (doubles[START]! >= doubles[WINDOW_END]!) return this.#waits();
      this.#send();
    }
    return false;
  }

  wakeUp(): void {
    this.#wakeUpPs = Infinity;
  }

  /** The next transmission starts at clock[START]: in the following window, or a wake-up is armed for it. */
  #waits(): boolean {
    const startPs = doubles[START]!;
    if (startPs < doubles[WINDOW_END]! + this.#engine.windowPs) return true;
    if (startPs < this.#wakeUpPs) {
      this.#wakeUpPs = startPs;
      this.#engine.timer(this.#host, startPs, NIC_WAKE_UP, 0);
    }
    return false;
  }

  /** Sets clock[START] to the instant at which the next transmission can start, as far as is known. */
  #planStart(): void {
    doubles[START] = doubles[(this.#portAt + BUSY_PS) | 0]!;
    if (this.#isPlain || this.#hasControl()) return;
    if (doubles[(this.#portAt + DATA_PS) | 0]! > doubles[START]!) doubles[START] = doubles[(this.#portAt + DATA_PS) | 0]!;
    if (this.#held !== null || this.#channels !== null) this.#planPaced();
  }

  #planPaced(): void {
    // No decision comes before the port is free, so what is ready then stays ready. What is ready only later is held until the packet
    // is really sent: an answer may have to go before it.
    this.#release();
    if (this.#ring.count > 0) return;
    doubles[START] = Infinity;
    if (this.#held !== null) this.#held.first(clock, START);
    if (this.#channels !== null) this.#channels.soonest(clock, START);
  }

  /** Lets go what neither pacing nor a channel holds back at clock[START]. */
  #release(): void {
    if (this.#held !== null) this.#held.release(this.#ring, clock, START);
    if (this.#channels !== null) this.#channels.release(clock, START);
  }

  /** Whether a control packet may go now. */
  #hasControl(): boolean {
    return this.control.count > 0 && (this.#paused === 0 || this.#firstUnpaused() >= 0);
  }

  /** Place of the first control packet whose class is not paused; -1: none. */
  #firstUnpaused(): number {
    const { control } = this;
    for (let place = 0; place < control.count; place++) {
      const at = control.at(place);
      const trafficClass = this.#classOfControl(arena[at]!, arena[at + 2]! & TYPE_MASK);
      if ((this.#paused & (1 << trafficClass)) === 0) return place;
    }
    return -1;
  }

  #classOfControl(flow: number, type: number): number {
    const { pausable, spec } = this.#shared;
    if (type >= PULL || (type !== DATA && spec.ackPriority === 'high')) return 0;
    return pausable!.dataClasses[pausable!.indexOfFlow === null ? 0 : pausable!.indexOfFlow[flow]!]!;
  }

  /** Starts a transmission at clock[START], if any packet may go then. */
  #send(): void {
    if (this.#isPlain) {
      if (this.control.count > 0) this.#sendControl();
      else if (this.#ring.count > 0) this.#sendData();
      return;
    }
    if (!this.#hasControl()) {
      if (this.#hasData()) this.#sendData();
      return;
    }
    if (this.#controlBurst > 0) {
      if (!this.#hasData()) this.#controlsInRow = 0;
      else if (this.#controlsInRow === this.#controlBurst) {
        this.#sendData();
        return;
      } else this.#controlsInRow++;
    }
    this.#sendControl();
  }

  /** Whether a flow may start a packet at clock[START]. */
  #hasData(): boolean {
    this.#release();
    return this.#ring.count > 0 && (this.#pcieBps === 0 || doubles[(this.#portAt + DATA_PS) | 0]! <= doubles[START]!);
  }

  #sendControl(): void {
    if (this.#paused !== 0) this.control.bringForward(this.#firstUnpaused());
    const { head } = this.control;
    this.control.drop();
    this.controls++;
    const sizeEntropy = arena[(head + 3) | 0]!;
    const address = this.#port.transmit(sizeEntropy >>> 16);
    if (address < 0) return;
    arena[(address + 1) | 0] = arena[head]!;
    arena[(address + 2) | 0] = arena[(head + 1) | 0]!;
    arena[(address + 3) | 0] = arena[(head + 2) | 0]!;
    arena[(address + 4) | 0] = sizeEntropy;
    arena[(address + 5) | 0] = arena[(head + 4) | 0]!;
    for (let word = 6; word < this.#recordWords; word++) arena[address + word] = arena[head + word - 1]!;
  }

  #sendData(): void {
    const sender = this.#sender;
    this.#controlsInRow = 0;
    const flow = this.#ring.after(this.#isOldestFirst ? this.#firstFlow - 1 : this.#lastServed);
    this.#lastServed = flow;
    if (this.#hasExtras) this.#beforeTake();
    const mayGoOn = sender.take(flow);
    const bytes = sender.takenBytes;
    const again = sender.takenAgain;
    if (again === 1) this.retransmits++;
    else this.packets++;
    const entropy = this.#balancer.next(flow, this.#host, bytes);
    if (this.#hasExtras) this.#noteTransmission(flow, bytes, entropy);
    const own = (this.#flowsAt + flow * FLOW_WORDS) | 0;
    doubles[((own >> 1) + LAST_ACTIVITY_PS) | 0] = doubles[START]!;
    if (arena[(own + TIMER_ARMED) | 0] === 0) this.#armTimer(flow);
    if (this.#held !== null) this.#pace(flow, mayGoOn, this.#held);
    else if (!mayGoOn) this.#ring.remove(flow);
    const address = this.#port.transmit(bytes);
    if (address < 0) return;
    arena[(address + 1) | 0] = flow;
    arena[(address + 2) | 0] = sender.takenSeq;
    arena[(address + 3) | 0] = arena[(own + DESTINATION) | 0]! | DATA | sender.takenFlags;
    arena[(address + 4) | 0] = (bytes << 16) | entropy;
    arena[(address + 5) | 0] = again;
    if (this.#hasExtras) this.#writeExtras(address);
  }

  /** Before a packet is taken of the flow whose turn it is. */
  #beforeTake(): void {
    const credits = this.#credits;
    if (credits === null) return;
    // What flows ask their receivers for is shared by all of the host that may send.
    for (let i = 0; i < credits.length; i++) credits[i]!.eligibleFlows = this.#ring.count;
  }

  /** A data packet starts at clock[START]: those hear of it who have to. */
  #noteTransmission(flow: number, bytes: number, entropy: number): void {
    if (this.#keepsRecords) this.#sender.noteSent(flow, entropy);
    if (this.#hearsTransmissions) this.#shared.control.onTransmit(flow, bytes);
    if (this.#channels !== null) this.#channels.onSent(flow, bytes - this.#headerBytes, clock);
    if (this.#pcieBps > 0) {
      doubles[(this.#portAt + DATA_PS) | 0] = doubles[START]! + Math.round(((bytes - this.#headerBytes) * 8e12) / this.#pcieBps);
    }
  }

  /** What a data packet says beyond its six words. */
  #writeExtras(address: number): void {
    if (this.#telemetryWord > 0) arena[address + this.#telemetryWord] = 0;
    if (this.#pullWord > 0) arena[address + this.#pullWord] = this.#sender.takenPull;
  }

  /** The flow has sent a packet and is held back for as long as that takes at its own rate. */
  #pace(flow: number, mayGoOn: boolean, held: HeldFlows): void {
    const { nextSendPs, rateBps, sender } = this.#shared;
    nextSendPs[flow] = doubles[START]! + Math.max(1, Math.round((sender.takenBytes * 8e12) / rateBps![flow]!));
    this.#ring.remove(flow);
    if (mayGoOn) held.add(flow);
  }

  #armTimer(flow: number): void {
    arena[this.#flowsAt + flow * FLOW_WORDS + TIMER_ARMED] = 1;
    const { jobs, jobOfFlow } = this.#shared;
    const { rtoPs } = jobs[jobOfFlow[flow]!]!;
    if (rtoPs !== Infinity) this.#engine.timer(this.#host, doubles[START]! + rtoPs, RETRANSMISSION_TIMER, flow);
  }
}
