import { CellError, ConfigError } from '../base/errors.ts';
import type { ProbeSpec } from '../base/probe-spec.ts';
import type { ProbeTables } from '../base/probe-tables.ts';
import { formatQuantity } from '../base/quantity.ts';
import type { Topology } from '../base/topology.ts';
import { serialisationPs } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { NOW, QUEUE_BYTES } from '../engine/record.ts';
import type { SwitchPorts } from '../fabric/switch-ports.ts';
import type { Receiver } from '../transport/sender.ts';
import { ArrivalCounter } from './arrival-counter.ts';
import { ChangeSeries } from './change-series.ts';
import { probedLinks } from './probed-links.ts';

/** Values that a run may take: samples x links. */
export const MAX_PROBED_VALUES = 20_000_000;

/** What is looked at. */
export interface Probed {
  readonly engine: Engine;
  readonly ports: SwitchPorts;
  readonly receiver: Receiver;
}

export interface ProbeInput {
  readonly spec: ProbeSpec;
  readonly topology: Topology;
  /** Destination of each flow. */
  readonly dstHost: Int32Array;
  /** Largest data packet on the wire. */
  readonly fullBytes: number;
  /** The run lasts at least so long. */
  readonly leastPs: number;
}

/**
 * Takes the samples of a run (docs/probes.md): runs the engine up to the instant of each, and looks. A partition of a run records what
 * belongs to its own nodes; elsewhere it sees nothing, and nothing does not change.
 */
export class ProbeSampler {
  readonly arrivals: ArrivalCounter;
  readonly #spec: ProbeSpec;
  readonly #topology: Topology;
  readonly #dstHost: Int32Array;
  readonly #links: Int32Array;
  /** Of these the ones that leave a switch. */
  readonly #switchLinks: Int32Array;
  readonly #queueBytes: ChangeSeries | null;
  readonly #utilisation: ChangeSeries | null;
  readonly #pausedPs: ChangeSeries | null;
  readonly #pauses: ChangeSeries | null;
  readonly #reorder: ChangeSeries | null;
  readonly #held: Int32Array;
  #nextPs: number;
  #values = 0;
  /** Links and hosts that a sample looks at. */
  readonly #places: number;
  /** The last sample brought nothing new, and nothing moved in its interval. */
  #isQuiet = false;
  /** Bytes are queued: they may leave without an event. */
  #hasQueue = false;

  /** @throws ConfigError when a name is that of no link, the interval is too short for a packet, or the samples would be too many */
  constructor({ spec, topology, dstHost, fullBytes, leastPs }: ProbeInput) {
    const has = (kind: ProbeSpec['what'][number]): boolean => spec.what.includes(kind);
    this.#spec = spec;
    this.#topology = topology;
    this.#dstHost = dstHost;
    this.#links = probedLinks(spec, topology);
    this.#switchLinks = this.#links.filter((link) => topology.linkFrom[link]! >= topology.hosts);
    this.#places = (spec.what.some((kind) => kind !== 'reorder') ? this.#links.length : 0) + (has('reorder') ? topology.hosts : 0);
    this.#nextPs = spec.everyPs;
    this.arrivals = new ArrivalCounter(topology, dstHost.length, { bytes: has('links'), pauses: has('pauses'), flows: has('reorder') });
    const series = (isWanted: boolean, places: number): ChangeSeries | null => (isWanted ? new ChangeSeries(places) : null);
    this.#queueBytes = series(has('queues'), topology.links);
    this.#utilisation = series(has('links'), topology.links);
    this.#pausedPs = series(has('pauses'), topology.links);
    this.#pauses = series(has('pauses'), topology.links);
    this.#reorder = series(has('reorder'), topology.hosts);
    this.#held = new Int32Array(has('reorder') ? topology.hosts : 0);
    if (has('links')) this.#checkInterval(fullBytes);
    if ((leastPs / spec.everyPs) * this.#places > MAX_PROBED_VALUES) {
      throw new ConfigError('E138', `${this.#tooMany()} of a run of at least ${leastPs / 1e6} us`, this.#remedy());
    }
  }

  /** `engine.run` up to and including `untilPs`, with the samples on the way: each before anything that happens at its instant. */
  advance(probed: Probed, untilPs: number, pause: (() => boolean) | null): boolean {
    const { engine } = probed;
    while (this.#nextPs <= untilPs + 1 && engine.nextPs() !== Infinity) {
      if (engine.nextPs() < this.#nextPs && engine.run(this.#nextPs - 1, pause)) return true;
      this.#take(probed);
      this.#skip(engine.nextPs());
    }
    return engine.run(untilPs, pause);
  }

  /** The run is over. @param isIdle it has ended by itself: what changes without events is sampled too */
  finish(probed: Probed, isIdle: boolean): void {
    if (isIdle) {
      do this.#take(probed);
      while (!this.#isQuiet);
    }
    this.#noteUtilisation();
  }

  tables(): ProbeTables {
    const series = (changes: ChangeSeries | null) => changes?.series() ?? null;
    return {
      everyPs: this.#spec.everyPs,
      queueBytes: series(this.#queueBytes),
      utilisation: series(this.#utilisation),
      pausedPs: series(this.#pausedPs),
      pauses: series(this.#pauses),
      reorderPackets: series(this.#reorder),
    };
  }

  #take({ engine, ports, receiver }: Probed): void {
    const before = this.#changes();
    this.#values += this.#places;
    if (this.#values > MAX_PROBED_VALUES) {
      throw new CellError('E235', this.#tooMany(), this.#remedy());
    }
    const isBusy = this.#noteUtilisation();
    this.arrivals.shiftBytes();
    this.#noteQueues(engine, ports);
    const isPausing = this.#notePauses();
    this.#noteReorder(receiver);
    this.arrivals.intervalStartPs = this.#nextPs;
    this.#isQuiet = !isBusy && !isPausing && this.#changes() === before;
    this.#nextPs += this.#spec.everyPs;
  }

  /** Nothing happens before `eventPs`: samples before it would bring nothing new. */
  #skip(eventPs: number): void {
    if (!this.#isQuiet || this.#hasQueue || eventPs === Infinity) return;
    const { everyPs } = this.#spec;
    this.#nextPs = Math.max(this.#nextPs, (Math.floor(eventPs / everyPs) + 1) * everyPs);
    this.arrivals.intervalStartPs = this.#nextPs - everyPs;
  }

  /** That of the interval before the one under way: now its bytes are complete. Returns whether a packet came in either of them. */
  #noteUtilisation(): boolean {
    if (this.#utilisation === null) return false;
    const { bytes, bytesBefore, intervalStartPs } = this.arrivals;
    const { linkRateBps } = this.#topology;
    let isBusy = false;
    for (let i = 0; i < this.#links.length; i++) {
      const link = this.#links[i]!;
      const part = (bytesBefore[link]! * 8e12) / (linkRateBps[link]! * this.#spec.everyPs);
      this.#utilisation.note(intervalStartPs, link, Math.round(part * 1e6) / 1e6);
      if (bytes[link]! > 0 || bytesBefore[link]! > 0) isBusy = true;
    }
    return isBusy;
  }

  #noteQueues({ clock }: Engine, ports: SwitchPorts): void {
    if (this.#queueBytes === null) return;
    this.#hasQueue = false;
    clock[NOW] = this.#nextPs;
    for (let i = 0; i < this.#switchLinks.length; i++) {
      const link = this.#switchLinks[i]!;
      ports.look(link);
      const bytes = Math.round(clock[QUEUE_BYTES]!);
      if (bytes > 0) this.#hasQueue = true;
      this.#queueBytes.note(this.#nextPs, link, bytes);
    }
  }

  /** Returns whether a link was paused or resumed in the interval. */
  #notePauses(): boolean {
    if (this.#pausedPs === null || this.#pauses === null) return false;
    let isPausing = false;
    const { pauses, pausedPs, paused, pausedSincePs, intervalStartPs } = this.arrivals;
    for (let i = 0; i < this.#links.length; i++) {
      const link = this.#links[i]!;
      const openPs = paused[link] === 0 ? 0 : this.#nextPs - Math.max(pausedSincePs[link]!, intervalStartPs);
      if (pauses[link]! > 0 || pausedPs[link]! > 0 || (openPs > 0 && openPs < this.#spec.everyPs)) isPausing = true;
      this.#pausedPs.note(this.#nextPs, link, pausedPs[link]! + openPs);
      this.#pauses.note(this.#nextPs, link, pauses[link]!);
      pauses[link] = 0;
      pausedPs[link] = 0;
    }
    return isPausing;
  }

  #noteReorder(receiver: Receiver): void {
    if (this.#reorder === null) return;
    const held = this.#held.fill(0);
    this.arrivals.forgetFlows((flow) => {
      const packets = receiver.held(flow);
      const host = this.#dstHost[flow]!;
      if (packets > held[host]!) held[host] = packets;
      return packets > 0;
    });
    for (let host = 0; host < held.length; host++) this.#reorder.note(this.#nextPs, host, held[host]!);
  }

  #changes(): number {
    const count = (changes: ChangeSeries | null): number => changes?.count ?? 0;
    return count(this.#queueBytes) + count(this.#utilisation) + count(this.#pausedPs) + count(this.#pauses) + count(this.#reorder);
  }

  /** A packet that takes longer than an interval would pass in three of them. */
  #checkInterval(fullBytes: number): void {
    const { linkRateBps } = this.#topology;
    const longestPs = this.#links.reduce((longest, link) => Math.max(longest, serialisationPs(fullBytes, linkRateBps[link]!)), 0);
    if (this.#spec.everyPs >= longestPs) return;
    throw new ConfigError(
      'E137',
      `a packet of ${fullBytes} B takes ${formatQuantity(longestPs, 'time')} on the slowest link, longer than the interval of ${this.#every()}`,
      { where: { path: 'probes.every' }, hint: 'a longer interval, or leave `links` out of probes.what' },
    );
  }

  #every(): string {
    return formatQuantity(this.#spec.everyPs, 'time');
  }

  #tooMany(): string {
    return `probes of ${this.#places} links and hosts every ${this.#every()} take more than ${MAX_PROBED_VALUES / 1e6} million values`;
  }

  #remedy(): { readonly where: { readonly path: string }; readonly hint: string } {
    return { where: { path: 'probes.every' }, hint: 'a longer probes.every, or fewer probes.links' };
  }
}
