import { DATA, PAUSE, RESUME, TYPE_MASK } from '../base/packet.ts';
import type { Topology } from '../base/topology.ts';
import type { Engine } from '../engine/engine.ts';
import { FIRST_CLASS, PORT_BITS, PORT_MASK, WINDOW_START } from '../engine/record.ts';
import { arena } from '../engine/arena.ts';

/** What of the arrivals is counted. */
export interface Counted {
  readonly bytes: boolean;
  readonly pauses: boolean;
  readonly flows: boolean;
}

/**
 * Counts what arrives at nodes, beside the nodes themselves: it sees every batch before its node does, so packets pay for it only in runs
 * with probes. All state belongs to the node at which something arrives, as it must where partitions run side by side.
 */
export class ArrivalCounter {
  /** Where the interval under way begins: the instant of the last sample. */
  intervalStartPs = 0;
  /** By link: wire bytes that came in the interval under way, and of these packets what had passed before it began. */
  readonly bytes: Float64Array;
  readonly bytesBefore: Float64Array;
  /** By link that PAUSE frames stop: their number in the interval under way, and the time for which they did, up to the last RESUME. */
  readonly pauses: Float64Array;
  readonly pausedPs: Float64Array;
  /** By link: a bit a class that is paused, and since when any is. */
  readonly paused: Uint8Array;
  readonly pausedSincePs: Float64Array;
  /** Flows of which data has come since `forgetFlows`, or that were kept by it: the first `flowCount`. */
  readonly flows: Int32Array;
  flowCount = 0;
  readonly #isListed: Uint8Array;
  readonly #counted: Counted;
  readonly #portOffset: Int32Array;
  readonly #portLink: Int32Array;
  readonly #linkReverse: Int32Array;
  readonly #psPerByte: Float64Array;

  /** @param flows of the run */
  constructor(topology: Topology, flows: number, counted: Counted) {
    const { links, portOffset, portLink, linkReverse, linkRateBps } = topology;
    this.#counted = counted;
    this.#portOffset = portOffset;
    this.#portLink = portLink;
    this.#linkReverse = linkReverse;
    this.#psPerByte = linkRateBps.map((rateBps) => 8e12 / rateBps);
    const [forBytes, forPauses, forFlows] = [counted.bytes ? links : 0, counted.pauses ? links : 0, counted.flows ? flows : 0];
    this.bytes = new Float64Array(forBytes);
    this.bytesBefore = new Float64Array(forBytes);
    this.pauses = new Float64Array(forPauses);
    this.pausedPs = new Float64Array(forPauses);
    this.paused = new Uint8Array(forPauses);
    this.pausedSincePs = new Float64Array(forPauses);
    this.flows = new Int32Array(forFlows);
    this.#isListed = new Uint8Array(forFlows);
  }

  /** A BatchObserver of the engine. */
  readonly observe = (engine: Engine, node: number, count: number): void => {
    const { addresses } = engine.batch;
    const startPs = engine.clock[WINDOW_START]!;
    const firstPort = this.#portOffset[node]!;
    const { bytes, pauses, flows } = this.#counted;
    for (let i = 0; i < count; i++) {
      const address = addresses[i]!;
      const key = arena[address]!;
      const port = key & PORT_MASK;
      if (port >= FIRST_CLASS) continue;
      const timePs = startPs + (key >>> PORT_BITS);
      const link = this.#portLink[firstPort + port]!;
      const type = arena[address + 3]! & TYPE_MASK;
      if (bytes) this.#countBytes(this.#linkReverse[link]!, timePs, arena[address + 4]! >>> 16);
      if (pauses && (type === PAUSE || type === RESUME)) this.#countPause(link, timePs, arena[address + 2]!, type === PAUSE);
      if (flows && type === DATA) this.#listFlow(arena[address + 1]!);
    }
  };

  /** The interval under way becomes the one before. */
  shiftBytes(): void {
    this.bytesBefore.set(this.bytes);
    this.bytes.fill(0);
  }

  /** Strikes the flows off the list for which `keeps` says so. */
  forgetFlows(keeps: (flow: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.flowCount; i++) {
      const flow = this.flows[i]!;
      if (keeps(flow)) this.flows[kept++] = flow;
      else this.#isListed[flow] = 0;
    }
    this.flowCount = kept;
  }

  /** A packet whose last bit arrives at `timePs` has passed for as long as its bits take at the link's full rate. */
  #countBytes(link: number, timePs: number, sizeBytes: number): void {
    const psPerByte = this.#psPerByte[link]!;
    const earlyPs = this.intervalStartPs - (timePs - sizeBytes * psPerByte);
    const early = earlyPs > 0 ? Math.min(sizeBytes, earlyPs / psPerByte) : 0;
    this.bytesBefore[link]! += early;
    this.bytes[link]! += sizeBytes - early;
  }

  #countPause(link: number, timePs: number, trafficClass: number, isPaused: boolean): void {
    const before = this.paused[link]!;
    const after = isPaused ? before | (1 << trafficClass) : before & ~(1 << trafficClass);
    if (isPaused) this.pauses[link]!++;
    if (before === 0 && after !== 0) this.pausedSincePs[link] = timePs;
    if (before !== 0 && after === 0) this.pausedPs[link]! += timePs - Math.max(this.pausedSincePs[link]!, this.intervalStartPs);
    this.paused[link] = after;
  }

  #listFlow(flow: number): void {
    if (this.#isListed[flow] === 1) return;
    this.#isListed[flow] = 1;
    this.flows[this.flowCount++] = flow;
  }
}
