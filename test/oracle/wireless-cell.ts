import type { WirelessHopSpec } from '../../sim/base/wireless-hop-spec.ts';
import { radioBuilder } from '../../wireless/build-radio.ts';
import { CONGESTION, DELIVERED, PduQueue, type Outcome } from '../../wireless/link/pdu-queue.ts';
import { buildScheduler } from '../../wireless/mac/build-scheduler.ts';
import type { CellView, Scheduler } from '../../wireless/mac/scheduler.ts';
import { MODE_TABLES } from '../../wireless/phy/modes.ts';
import type { Radio } from '../../wireless/radio.ts';
import { RandomStream } from '../../wireless/random-stream.ts';
import type { Packet } from './packet.ts';
import type { Simulation } from './simulation.ts';

const AIR_SLOT = 2040;

export type AirDirection = 'up' | 'down';

/** A packet in the air, with the port by which it came in. */
interface Airborne {
  readonly packet: Packet;
  readonly inPort: number;
  fate: Outcome | null;
}

interface Link {
  readonly radio: Radio;
  readonly queue: PduQueue;
  readonly errors: RandomStream;
  /** In the order in which they joined. */
  packets: Airborne[];
  mode: number;
}

interface Half {
  readonly links: readonly Link[];
  readonly scheduler: Scheduler;
  served: Link | null;
  /** Slots that its radios have seen. */
  slots: number;
}

/** What a leaf does with packets that have crossed the air. */
export interface HandOver {
  readonly up: (packet: Packet, inPort: number) => void;
  readonly down: (packet: Packet, inPort: number, terminal: number) => void;
}

/** docs/model-wireless-hop.md: the air of one leaf. Radios, PDU queues and schedulers are those of the wireless half. */
export class WirelessCell {
  readonly #simulation: Simulation;
  readonly #spec: WirelessHopSpec;
  readonly #node: number;
  readonly #handOver: HandOver;
  readonly #halves: Readonly<Record<AirDirection, Half>>;
  #isTicking = false;

  /** @param hosts of the leaf, ascending */
  constructor(simulation: Simulation, spec: WirelessHopSpec, node: number, hosts: readonly number[], handOver: HandOver) {
    this.#simulation = simulation;
    this.#spec = spec;
    this.#node = node;
    this.#handOver = handOver;
    this.#halves = { up: this.#half(hosts, 0), down: this.#half(hosts, 1) };
  }

  join(direction: AirDirection, terminal: number, packet: Packet, inPort: number): void {
    const link = this.#halves[direction].links[terminal]!;
    const airborne: Airborne = { packet, inPort, fate: null };
    link.packets.push(airborne);
    const number = this.#numbers.push(airborne) - 1;
    link.queue.arrive(number, packet.wireBytes * 8, this.#simulation.now, Infinity, 0);
    if (airborne.fate === CONGESTION) {
      link.packets.pop();
      this.#simulation.noteDropped(packet);
      return;
    }
    if (this.#isTicking) return;
    const slotPs = this.#spec.slot.durationPs;
    const rest = this.#simulation.now % slotPs;
    this.#tickAt(rest === 0 ? this.#simulation.now : this.#simulation.now + slotPs - rest);
  }

  /** All packets ever, by the number that their queue knows them by. */
  readonly #numbers: Airborne[] = [];

  #half(hosts: readonly number[], d: number): Half {
    const { slot, phy, csi, arq, channel, lossTarget, transmitW, queuePackets, mac } = this.#spec;
    const { seed } = this.#simulation.input.scenario;
    const radioOf = radioBuilder({ seed, slot, phy, csi, arq, energy: { transmitW } }, { channel, qos: { loss: lossTarget } });
    const attempts = arq.kind === 'none' ? 1 : arq.kind === 'persistent' ? Infinity : 1 + arq.maxRetransmissions;
    const links = hosts.map((host): Link => {
      const queue = new PduQueue({
        capacityPdus: queuePackets,
        packetBits: slot.packetBits,
        maxAttempts: attempts,
        attemptsOfClass: null,
        harq: arq.harq,
        deadline: false,
        slotPs: slot.durationPs,
        pauseNacks: null,
        pauseSlots: 0,
        sink: (number, outcome) => {
          this.#numbers[number]!.fate = outcome;
        },
      });
      const radio = radioOf(2 * host + d);
      return { radio, queue, errors: new RandomStream(seed, 'wireless-errors', 2 * host + d), packets: [], mode: 0 };
    });
    const best = MODE_TABLES[phy.table].at(-1)!.bitsPerSymbol;
    return { links, scheduler: buildScheduler({ ...mac, dropLate: false }, hosts.length, best), served: null, slots: 0 };
  }

  #tickAt(timePs: number): void {
    this.#isTicking = true;
    this.#simulation.scheduleLocal(timePs, this.#node, AIR_SLOT, 0, () => this.#tick(timePs));
  }

  #tick(startPs: number): void {
    this.#end('up');
    this.#end('down');
    const { up, down } = this.#halves;
    if ([...up.links, ...down.links].every(({ packets }) => packets.length === 0)) {
      this.#isTicking = false;
      return;
    }
    const slot = startPs / this.#spec.slot.durationPs;
    for (const half of [up, down]) {
      while (half.slots < slot) {
        this.#moveOn(half);
        half.scheduler.endSlot(this.#view(half, 0), -1, 0);
      }
      this.#moveOn(half);
      this.#serve(half, startPs);
    }
    this.#tickAt(startPs + this.#spec.slot.durationPs);
  }

  /** Packets leave the link that was served. */
  #end(direction: AirDirection): void {
    const half = this.#halves[direction];
    const link = half.served;
    half.served = null;
    if (link === null) return;
    while (link.packets.length > 0 && link.packets[0]!.fate !== null) {
      const { packet, inPort, fate } = link.packets.shift()!;
      if (fate !== DELIVERED) this.#simulation.noteLost(packet);
      else if (direction === 'up') this.#handOver.up(packet, inPort);
      else this.#handOver.down(packet, inPort, half.links.indexOf(link));
    }
  }

  #moveOn(half: Half): void {
    for (const link of half.links) link.mode = link.radio.step();
    half.slots++;
  }

  #serve(half: Half, startPs: number): void {
    const { slot, phy } = this.#spec;
    const view = this.#view(half, startPs);
    const picked = half.scheduler.pick(view);
    let sent = 0;
    if (picked >= 0) {
      const link = half.links[picked]!;
      half.served = link;
      const pdus = slot.packetsPerSlot * MODE_TABLES[phy.table][link.mode - 1]!.bitsPerSymbol;
      sent = link.queue.serve(pdus, link.mode, link.radio, link.errors, startPs + slot.durationPs);
    }
    half.scheduler.endSlot(view, picked, sent * slot.packetBits);
  }

  #view({ links }: Half, startPs: number): CellView {
    const { slot, phy } = this.#spec;
    const bits = links.map(({ mode }) => (mode === 0 ? 0 : MODE_TABLES[phy.table][mode - 1]!.bitsPerSymbol));
    const arrivals = links.map(({ queue }) => queue.headArrivalPs());
    return {
      users: links.length,
      backlogPdus: Int32Array.from(links, ({ queue }) => queue.backlogPdus),
      rateBits: Float64Array.from(bits, (perSymbol) => perSymbol * slot.packetsPerSlot * slot.packetBits),
      bitsPerSymbol: Float64Array.from(bits),
      headDelayS: Float64Array.from(arrivals, (at) => (at === Infinity ? 0 : (startPs - at) / 1e12)),
      headArrivalPs: Float64Array.from(arrivals),
      headClass: new Int32Array(links.length),
      delayBoundS: new Float64Array(links.length).fill(Infinity),
      missTarget: new Float64Array(links.length),
      minRateBps: new Float64Array(links.length),
      serviceClass: new Int32Array(links.length),
      slotS: slot.durationPs / 1e12,
    };
  }
}
