import { PAUSE, RESUME } from '../base/packet.ts';
import { START } from '../engine/record.ts';
import { LazyPorts } from './lazy-ports.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import { BUSY_PS, CONTROL } from './port-state.ts';
import { arena, doubles } from '../engine/arena.ts';

/** Wire bytes of a PAUSE or RESUME: a minimum Ethernet frame (IEEE 802.1Qbb). */
export const PFC_FRAME_BYTES = 64;

/**
 * Ports of switches that pause their neighbours. Each packet belongs to the account of the port it came in by until it leaves; an
 * account is named by the output link of that port, where its PAUSE goes.
 *
 * A RESUME is found where a departure lowers an account. So while a switch holds anybody paused, departures of its ports are made in order
 * of time (`ordered`); as long as it does not, each port may lag behind.
 */
export abstract class PfcPorts extends LazyPorts {
  /** Where the bytes of each account and data class begin, in doubles, at account * queues + queue. */
  protected readonly ingressAt: number;
  /** A bit a queue: the neighbour has been told to pause it. */
  readonly #told: Int32Array;
  readonly #orderedCount: Int32Array;
  readonly #ingressWord: number;
  readonly #dataClasses: readonly number[];

  constructor(input: LazyPortsInput) {
    super(input);
    const { topology, engine } = input;
    this.ingressAt = engine.region.doubles(topology.links * this.queues);
    this.#told = new Int32Array(topology.links);
    this.#orderedCount = new Int32Array(topology.switches);
    this.ordered = this.#orderedCount;
    this.hasAccounts = true;
    this.#ingressWord = engine.layout.ingress;
    this.#dataClasses = input.classes.dataClasses;
  }

  /** The account of a packet that is arriving by input port `port` of the switch that `link` leaves; it is written to its record. */
  protected enter(address: number, link: number, port: number): number {
    const node = this.topology.linkFrom[link]!;
    const account = this.topology.portLink[this.topology.portOffset[node]! + port]!;
    arena[address + this.#ingressWord] = account;
    return account;
  }

  protected accountOf(address: number): number {
    return arena[address + this.#ingressWord]!;
  }

  /** Departures of this switch have to be made in order, `more` reasons more than before. */
  protected keepOrder(account: number, more: number): void {
    this.#orderedCount[this.switchOf(account)]! += more;
  }

  protected isTold(account: number, queue: number): boolean {
    return (this.#told[account]! & (1 << queue)) !== 0;
  }

  /** PAUSE at clock[NOW], after the ports have caught up. */
  protected tellPause(account: number, queue: number): void {
    this.#told[account]! |= 1 << queue;
    this.keepOrder(account, 1);
    this.pauses[account]!++;
    doubles[START] = this.nowPs();
    this.#sendFrame(account, PAUSE, queue);
  }

  /** RESUME at clock[START], the instant of the departure that allows it. */
  protected tellResume(account: number, queue: number): void {
    this.#told[account]! &= ~(1 << queue);
    this.keepOrder(account, -1);
    this.resumes[account]!++;
    this.#sendFrame(account, RESUME, queue);
  }

  /** The pairs are found by looking at what waits, so they cost nothing while the run goes on. */
  override pauseEdges(): Int32Array {
    const seen = new Set<string>();
    const edges: number[] = [];
    this.eachPaused((link, cell) => {
      const cameBy = this.topology.linkReverse[this.accountOf(cell)]!;
      const key = `${cameBy} ${link}`;
      if (seen.has(key)) return;
      seen.add(key);
      edges.push(cameBy, link);
    });
    return Int32Array.from(edges);
  }

  /** A frame joins class 0 of a port at clock[START], and starts there and then if the port is free. */
  #sendFrame(link: number, type: number, queue: number): void {
    const { mailboxes } = this;
    const frame = mailboxes.takeCell();
    arena.fill(0, frame, frame + mailboxes.recordWords);
    arena[frame + 2] = this.#dataClasses[queue - 1]!;
    arena[frame + 3] = type;
    arena[frame + 4] = PFC_FRAME_BYTES << 16;
    const startPs = doubles[START]!;
    this.setTx(link, PFC_FRAME_BYTES);
    this.append(frame, link, CONTROL, PFC_FRAME_BYTES);
    mailboxes.freeCell(frame);
    if (doubles[this.place(link) + BUSY_PS]! > startPs) return;
    this.commitAt(link, startPs);
  }
}
