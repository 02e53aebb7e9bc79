import { CE } from '../base/packet.ts';
import { PacketStreams } from '../base/random.ts';
import { arena, doubles } from '../engine/arena.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';

/** Congestion marks of lazy ports (docs/model-switches.md 4): RED without averaging, on the queue at enqueue or at dequeue. */
export class Marking {
  /** By link. */
  readonly marks: Int32Array;
  readonly atEnqueue: boolean;
  readonly atDequeue: boolean;
  /** At dequeue: the packet itself counts. */
  readonly countsItself: boolean;
  /** Below these nothing is marked: at enqueue in ps of the link, at dequeue in bytes; Infinity: the port does not mark. By link. */
  readonly low: Float64Array;
  /** Where the same begins in the arena, in doubles; with marks at enqueue all Infinity: of the bytes at dequeue. */
  readonly lateAt: number;
  readonly #high: Float64Array;
  readonly #maxProbability: number;
  readonly #draws: PacketStreams;
  /** Stream of each link. */
  readonly #stream: Int32Array;

  constructor({ engine, spec, limits, topology, seed }: LazyPortsInput) {
    const { links, hosts, switches, linkTo, linkFrom, linkRateBps } = topology;
    const { ecn } = limits;
    this.marks = new Int32Array(links);
    this.atEnqueue = ecn !== null && spec.ecnAt === 'enqueue';
    this.atDequeue = ecn !== null && spec.ecnAt !== 'enqueue';
    this.countsItself = spec.ecnAt === 'dequeue-before';
    const threshold = (bytes: number, link: number): number => (this.atEnqueue ? (bytes * 8e12) / linkRateBps[link]! : bytes);
    const marksAt = (link: number): boolean => ecn !== null && (spec.ecnOnHostPorts || linkTo[link]! >= hosts);
    this.low = Float64Array.from({ length: links }, (_, link) => (marksAt(link) ? threshold(ecn!.lowBytes, link) : Infinity));
    this.#high = Float64Array.from({ length: links }, (_, link) => (marksAt(link) ? threshold(ecn!.highBytes, link) : Infinity));
    this.lateAt = engine.region.doubles(links);
    for (let link = 0; link < links; link++) doubles[this.lateAt + link] = this.atDequeue ? this.low[link]! : Infinity;
    this.#maxProbability = ecn?.maxProbability ?? 0;
    this.#draws = this.atEnqueue
      ? new PacketStreams(seed, 'ecn', switches)
      : new PacketStreams(seed, 'ecn-port', this.atDequeue ? links : 0);
    this.#stream = this.atEnqueue ? linkFrom.map((node) => Math.max(0, node - hosts)) : Int32Array.from(linkFrom, (_, link) => link);
  }

  /** Decides on the data packet at `address`, whose queue is above the low threshold; `factor` on thresholds in bytes. */
  mark(address: number, link: number, queue: number, factor: number): void {
    const high = this.#high[link]! * factor;
    if (queue <= high) {
      const low = this.low[link]! * factor;
      const draw = this.#draws.next(this.#stream[link]!) >>> 0;
      if (draw / 0x1_0000_0000 >= (this.#maxProbability * (queue - low)) / (high - low)) return;
    }
    this.marks[link]!++;
    arena[address + 3]! |= CE;
  }
}
