import type { NicSpec } from '../base/device-spec.ts';
import { NACK, PROBE } from '../base/packet.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import { HELD, NO_HOP, type Reorderer, type Router } from '../balancing/router.ts';
import { DUE, FIRST_CLASS, NOW, PORT_BITS, PORT_MASK, WINDOW_START } from '../engine/record.ts';
import type { RecordLayout } from '../engine/record-layout.ts';
import { REORDER_FLUSH } from './local-events.ts';
import { Switch, type SwitchShared } from './switch.ts';
import { arena } from '../engine/arena.ts';

/** What all reordering switches of a run share: packets that are held, by flow, in the engine's arena. */
export interface HeldPackets {
  /** First and last cell; -1: none. The first word of a cell is the next one. */
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly srcHost: Int32Array;
  readonly dstHost: Int32Array;
  readonly ackBytes: number;
  /** Word of a held record that keeps its input port: its packet's words are not needed any more. */
  readonly portWord: number;
}

/** null: the routers of the run hold nothing. */
export const heldPackets = (
  { flows, srcHost, dstHost }: FlowPlan,
  { ackBytes }: Pick<NicSpec, 'ackBytes'>,
  { order }: RecordLayout,
): HeldPackets | null =>
  order === 0 ? null : { head: new Int32Array(flows).fill(-1), tail: new Int32Array(flows), srcHost, dstHost, ackBytes, portWord: order };

/**
 * A switch whose router holds packets back, and makes notices (docs/model-balancers-switch.md 8). Held packets lie outside its ports: when
 * they are released they are forwarded as if they came in at that instant.
 */
export class ReorderingSwitch extends Switch {
  readonly #shared: SwitchShared;
  readonly #router: Router;
  readonly #packets: HeldPackets;
  readonly #node: number;

  constructor(shared: SwitchShared, router: Router, index: number, packets: HeldPackets) {
    super(shared, router, index);
    this.#shared = shared;
    this.#router = router;
    this.#packets = packets;
    this.#node = shared.topology.hosts + index;
  }

  override process(count: number): void {
    const { batch, clock, local } = this.#shared.engine;
    let i = 0;
    for (;;) {
      if (local.size > 0 && (i === count || this.#localIsNext(batch.addresses[i]!))) {
        const flow = local.topId();
        clock[NOW] = clock[WINDOW_START]! + (local.topKey() >>> PORT_BITS);
        local.pop();
        // Armed by a packet of this batch: its place is free.
        this.#flush(i - 1, flow);
        continue;
      }
      if (i === count) return;
      const address = batch.addresses[i]!;
      const key = arena[address]!;
      if ((key & PORT_MASK) < FIRST_CLASS) {
        this.packetHops++;
        this.step(i);
      } else {
        clock[NOW] = clock[WINDOW_START]! + (key >>> PORT_BITS);
        this.#flush(i, arena[address + 1]!);
      }
      i++;
    }
  }

  protected override forward(i: number): void {
    const reorderer = this.#reordererOf(i);
    if (reorderer === null) super.forward(i);
    else this.#finish(i, reorderer, false);
  }

  protected override stop(i: number): void {
    const output = this.#shared.engine.batch.outputs[i]!;
    if (output === NO_HOP) super.stop(i);
    else if (output === HELD) this.#finish(i, this.#reordererOf(i)!, true);
    else this.frames++;
  }

  #localIsNext(address: number): boolean {
    const { local } = this.#shared.engine;
    const key = arena[address]!;
    return local.topKey() < key || (local.topKey() === key && local.topId() < arena[address + 1]!);
  }

  #reordererOf(i: number): Reorderer | null {
    const { batch } = this.#shared.engine;
    return this.#router.reordererOf!(arena[batch.addresses[i]! + 1]!);
  }

  /** Packet i of the batch was routed: does what its reorderer asks for, in order. */
  #finish(i: number, reorderer: Reorderer, isHeld: boolean): void {
    const { engine } = this.#shared;
    const { batch, clock } = engine;
    const { releasesBefore, releasesAfter, armsTimer, notify, reply } = reorderer;
    const address = batch.addresses[i]!;
    const output = batch.outputs[i]!;
    const key = arena[address]!;
    const flow = arena[address + 1]!;
    if (armsTimer) engine.timer(this.#node, clock[DUE]!, REORDER_FLUSH, flow);
    if (releasesBefore) {
      this.#release(i, flow);
      batch.addresses[i] = address;
      batch.outputs[i] = output;
    }
    if (isHeld) this.#hold(address, flow);
    else super.forward(i);
    if (releasesAfter) this.#release(i, flow);
    if (notify >= 0) this.#sendNotice(i, key, flow, notify);
    if (reply >= 0) this.#sendNotice(i, key, flow, reply);
  }

  #hold(address: number, flow: number): void {
    const { mailboxes } = this.#shared.engine;
    const { head, tail, portWord } = this.#packets;
    const cell = mailboxes.takeCell();
    mailboxes.copy(address, cell);
    arena[cell + portWord] = arena[address]! & PORT_MASK;
    arena[cell] = -1;
    if (head[flow]! < 0) head[flow] = cell;
    else arena[tail[flow]!] = cell;
    tail[flow] = cell;
    this.held++;
  }

  #flush(place: number, flow: number): void {
    if (this.#router.reordererOf!(flow)!.flushes(flow)) this.#release(place, flow);
  }

  /** What is held of a flow goes on at clock[NOW]; place `i` of the batch is free. */
  #release(i: number, flow: number): void {
    const { engine, topology } = this.#shared;
    const { batch, clock, mailboxes } = engine;
    const { head, dstHost, portWord } = this.#packets;
    const offset = (clock[NOW]! - clock[WINDOW_START]!) << PORT_BITS;
    const link = topology.linkReverse[topology.portLink[topology.portOffset[dstHost[flow]!]!]!]!;
    let cell = head[flow]!;
    head[flow] = -1;
    while (cell >= 0) {
      const next = arena[cell]!;
      arena[cell] = offset | arena[cell + portWord]!;
      batch.addresses[i] = cell;
      batch.outputs[i] = link;
      super.forward(i);
      mailboxes.freeCell(cell);
      this.held--;
      cell = next;
    }
  }

  /** Makes a notice for the ToR of the flow's source, as if it came in with the packet of `key`; place `i` of the batch is free. */
  #sendNotice(i: number, key: number, flow: number, number: number): void {
    const { batch, mailboxes } = this.#shared.engine;
    const { srcHost, ackBytes } = this.#packets;
    const cell = mailboxes.takeCell();
    arena.fill(0, cell, cell + mailboxes.recordWords);
    arena[cell] = key;
    arena[cell + 1] = flow;
    arena[cell + 2] = number;
    arena[cell + 3] = (srcHost[flow]! << 8) | NACK | PROBE;
    arena[cell + 4] = ackBytes << 16;
    batch.addresses[i] = cell;
    this.made++;
    this.#router.route(batch, i, i + 1);
    if (batch.outputs[i]! < 0) this.withoutHop++;
    else super.forward(i);
    mailboxes.freeCell(cell);
  }
}
