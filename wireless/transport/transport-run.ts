import { InternalError } from '../../sim/base/errors.ts';
import { RandomStream } from '../random-stream.ts';
import type { PathSpec, WirelessTransportSpec } from '../scenario.ts';
import { Biaz } from './classifiers/biaz.ts';
import { EcnClassifier } from './classifiers/ecn.ts';
import { Blind, type LossClassifier } from './classifiers/loss-classifier.ts';
import { Spike } from './classifiers/spike.ts';
import { ZigZagBiazSpike } from './classifiers/zbs.ts';
import { ZigZag } from './classifiers/zigzag.ts';
import { EventQueue } from './event-queue.ts';
import { type FlowCounts, noCounts, type TransportFlow } from './flow-counts.ts';
import { Bottleneck, Path, type Way } from './path.ts';
import { Tcp } from './tcp.ts';
import { Tfrc } from './tfrc.ts';
import { Reno, Veno, Westwood } from './window-rules.ts';

/** A flow and its way; times in picoseconds. */
export interface TransportRunSpec {
  readonly transport: WirelessTransportSpec;
  readonly path: PathSpec;
  readonly seed: number;
  readonly warmupPs: number;
  readonly durationPs: number;
}

export interface TransportCounts {
  readonly flow: FlowCounts;
  /** Of the Reno flow that shares the bottleneck and loses nothing on the air; null: there is none. */
  readonly competitor: FlowCounts | null;
  readonly durationPs: number;
}

/** How the air is part of the way, in place of one that loses packets at random. */
export interface Air {
  /** The way over the bottleneck and the air. */
  over(events: EventQueue, bottleneck: Bottleneck): Way;
  /** The warm-up is over. */
  startCounting(): void;
}

/**
 * One transport flow over a wired bottleneck and the air, packet by packet.
 *
 * @param shouldStop asked now and then; the counts are then of the time so far
 * @param air null: packets are lost at random, with the probability of the path
 */
export function runTransport(spec: TransportRunSpec, shouldStop: () => boolean = () => false, air: Air | null = null): TransportCounts {
  const { transport, path, seed, warmupPs, durationPs } = spec;
  const { segmentBytes } = transport;
  const events = new EventQueue();
  const bottleneck = new Bottleneck(events, path, segmentBytes, new RandomStream(seed, 'wireless-cross-traffic', 0));
  const pathOf = (number: number, loss: number): Path =>
    new Path(events, bottleneck, path, loss, new RandomStream(seed, 'wireless-air', number));
  const flow = flowOf(spec, events, air === null ? pathOf(0, path.wirelessLoss ?? 0) : air.over(events, bottleneck));
  const competitor = path.competingTcp ? new Tcp(events, pathOf(1, 0), new Reno(), segmentBytes, path.delayPs) : null;
  flow.start();
  competitor?.start();
  if (warmupPs > 0) events.runUntil(warmupPs, shouldStop);
  if (events.nowPs === warmupPs) {
    if (warmupPs > 0) {
      flow.counts = noCounts();
      if (competitor !== null) competitor.counts = noCounts();
    }
    air?.startCounting();
    events.runUntil(warmupPs + durationPs, shouldStop);
  }
  return { flow: flow.counts, competitor: competitor?.counts ?? null, durationPs: Math.max(0, events.nowPs - warmupPs) };
}

function flowOf({ transport, path }: TransportRunSpec, events: EventQueue, way: Way): TransportFlow {
  const { segmentBytes } = transport;
  switch (transport.kind) {
    case 'tfrc':
      return new Tfrc(events, way, {
        segmentBytes,
        backPs: path.delayPs,
        classifier: classifierOf(transport, (2 * path.delayPs) / 1e12),
        hearsLosses: transport.lossClassifier === 'eln',
      });
    case 'reno':
      return new Tcp(events, way, new Reno(), segmentBytes, path.delayPs);
    case 'veno':
      return new Tcp(events, way, new Veno(), segmentBytes, path.delayPs);
    case 'westwood':
      return new Tcp(events, way, new Westwood(), segmentBytes, path.delayPs);
    case 'none':
      throw new InternalError('E593', 'a transport run without transport');
  }
}

function classifierOf({ lossClassifier, zigzag }: WirelessTransportSpec, rttS: number): LossClassifier {
  switch (lossClassifier) {
    case 'blind':
    case 'eln':
      return new Blind();
    case 'biaz':
      return new Biaz(1);
    case 'mbiaz':
      return new Biaz(0.25);
    case 'spike':
      return new Spike();
    case 'zigzag':
      return new ZigZag(zigzag);
    case 'zbs':
      return new ZigZagBiazSpike(zigzag);
    case 'ecn':
      return new EcnClassifier(rttS);
  }
}
