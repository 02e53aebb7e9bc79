import type { Router } from '../balancing/router.ts';
import type { Topology } from '../base/topology.ts';
import { NOW, PORT_BITS, PORT_MASK, WINDOW_START } from '../engine/record.ts';
import { DOWN, UP, type Air, type AirInterface, type AirSink, type Direction } from '../base/air.ts';
import { AIR_SLOT } from './local-events.ts';
import { ReorderingSwitch, type HeldPackets } from './reordering-switch.ts';
import { Switch, type SwitchShared } from './switch.ts';
import { arena } from '../engine/arena.ts';

/**
 * A leaf whose hosts are wireless terminals (docs/model-wireless-hop.md): what comes from them crosses the air before it is routed, what goes
 * to them before it is admitted at their port. A packet in the air has a cell of the engine's arena, laid out as a record; its first word is
 * the input port.
 */
export class WirelessLeaf extends Switch implements AirSink {
  /** Packets that the air lost, and packets for which a link had no room. */
  lost = 0;
  refused = 0;
  readonly air: Air;
  readonly #shared: SwitchShared;
  readonly #node: number;
  /** By port: the terminal behind it, -1 for a switch. By terminal: the link to it. */
  readonly #terminalOfPort: Int32Array;
  readonly #linkOfTerminal: Int32Array;
  /** The slot that the armed event begins; -1: none is armed. */
  #nextSlot = -1;
  /** Of the batch: a place whose record is done with, for packets that leave the air. */
  #sparePlace = 0;

  constructor(shared: SwitchShared, router: Router, index: number, hosts: readonly number[], air: Air) {
    super(shared, router, index);
    const { topology } = shared;
    this.#shared = shared;
    this.#node = topology.hosts + index;
    this.air = air;
    this.#linkOfTerminal = Int32Array.from(hosts, (host) => topology.linkReverse[topology.portLink[topology.portOffset[host]!]!]!);
    const ports = topology.portOffset[this.#node + 1]! - topology.portOffset[this.#node]!;
    this.#terminalOfPort = new Int32Array(ports).fill(-1);
    this.#linkOfTerminal.forEach((link, terminal) => {
      this.#terminalOfPort[topology.linkFromPort[link]!] = terminal;
    });
  }

  override process(count: number): void {
    const { batch, clock, local } = this.#shared.engine;
    let i = 0;
    for (;;) {
      if (local.size > 0 && (i === count || local.topKey() < arena[batch.addresses[i]!]!)) {
        clock[NOW] = clock[WINDOW_START]! + (local.topKey() >>> PORT_BITS);
        local.pop();
        this.#onSlot(i - 1);
        continue;
      }
      if (i === count) return;
      const key = arena[batch.addresses[i]!]!;
      clock[NOW] = clock[WINDOW_START]! + (key >>> PORT_BITS);
      if ((key & PORT_MASK) === AIR_SLOT) this.#onSlot(i);
      else this.#onPacket(i, key & PORT_MASK);
      i++;
    }
  }

  handOver(direction: Direction, terminal: number, cell: number): void {
    const { batch, clock, mailboxes } = this.#shared.engine;
    const place = this.#sparePlace;
    arena[cell]! |= (clock[NOW]! - clock[WINDOW_START]!) << PORT_BITS;
    batch.addresses[place] = cell;
    if (direction === UP) {
      this.step(place);
    } else {
      batch.outputs[place] = this.#linkOfTerminal[terminal]!;
      super.forward(place);
    }
    mailboxes.freeCell(cell);
  }

  lose(cell: number): void {
    this.lost++;
    this.#shared.engine.mailboxes.freeCell(cell);
  }

  protected override forward(i: number): void {
    const { engine, topology } = this.#shared;
    const link = engine.batch.outputs[i]!;
    const terminal = this.#terminalOfPort[topology.linkFromPort[link]!]!;
    if (terminal < 0) super.forward(i);
    else this.#launch(i, DOWN, terminal, link);
  }

  #onPacket(i: number, port: number): void {
    this.packetHops++;
    const terminal = this.#terminalOfPort[port]!;
    if (terminal < 0) this.step(i);
    else this.#launch(i, UP, terminal, this.#shared.topology.linkReverse[this.#linkOfTerminal[terminal]!]!);
  }

  /** Packet i of the batch joins a link at clock[NOW]. */
  #launch(i: number, direction: Direction, terminal: number, link: number): void {
    const { engine, ports } = this.#shared;
    const { batch, clock, mailboxes } = engine;
    const cell = mailboxes.takeCell();
    const address = batch.addresses[i]!;
    mailboxes.copy(address, cell);
    arena[cell] = arena[address]! & PORT_MASK;
    const bits = 8 * (arena[cell + 4]! >>> 16);
    if (!this.air.take(direction, terminal, cell, bits, clock[NOW]!)) {
      this.refused++;
      ports.drops[link]!++;
      mailboxes.freeCell(cell);
    } else if (this.#nextSlot < 0) {
      this.#nextSlot = slotFrom(clock[NOW]!, this.air.slotPs);
      this.#arm();
    }
  }

  /** The event at the beginning of a slot; `sparePlace` of the batch is free. */
  #onSlot(sparePlace: number): void {
    const { air } = this;
    this.#sparePlace = sparePlace;
    air.endSlot(UP, this);
    air.endSlot(DOWN, this);
    if (air.held === 0) {
      this.#nextSlot = -1;
      return;
    }
    air.serve(this.#nextSlot++);
    this.#arm();
  }

  #arm(): void {
    this.#shared.engine.timer(this.#node, this.#nextSlot * this.air.slotPs, AIR_SLOT, 0);
  }
}

/** The first slot that begins at `nowPs` or later. */
function slotFrom(nowPs: number, slotPs: number): number {
  // The quotient may be rounded over a whole number.
  const near = Math.round(nowPs / slotPs);
  return near * slotPs < nowPs ? near + 1 : (near - 1) * slotPs >= nowPs ? near - 1 : near;
}

/** The hosts of each ToR, ascending. */
export function hostsOfTors({ tors, torOfHost }: Topology): readonly (readonly number[])[] {
  const hosts = Array.from({ length: tors }, (): number[] => []);
  torOfHost.forEach((tor, host) => hosts[tor]!.push(host));
  return hosts;
}

/**
 * The switches of a run, some of whose leaves may be cells.
 *
 * @param held null: no router holds packets back
 */
export function buildSwitches(
  shared: SwitchShared,
  routers: readonly Router[],
  air: AirInterface | null,
  held: HeldPackets | null,
): Switch[] {
  const wired = (router: Router, index: number): Switch =>
    held === null || index >= shared.topology.tors || router.reordererOf === undefined
      ? new Switch(shared, router, index)
      : new ReorderingSwitch(shared, router, index, held);
  if (air === null) return routers.map(wired);
  const hosts = hostsOfTors(shared.topology);
  return routers.map((router, index) => {
    const ofLeaf = hosts[index];
    const cell = ofLeaf === undefined ? null : air.cellOf(index, ofLeaf);
    return cell === null ? wired(router, index) : new WirelessLeaf(shared, router, index, ofLeaf!, cell);
  });
}
