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
import { Bottleneck, Path } from './path.ts';
import { Tcp } from './tcp.ts';
import { Tfrc } from './tfrc.ts';
import { Reno, Veno, Westwood } from './window-rules.ts';

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

/** One transport flow over a wired bottleneck and a link that loses packets at random, packet by packet. */
export function runTransport(spec: TransportRunSpec): TransportCounts {
  const { transport, path, seed, warmupPs, durationPs } = spec;
  const { segmentBytes } = transport;
  const events = new EventQueue();
  const bottleneck = new Bottleneck(events, path, segmentBytes, new RandomStream(seed, 'wireless-cross-traffic', 0));
  const pathOf = (number: number, loss: number): Path =>
    new Path(events, bottleneck, path, loss, new RandomStream(seed, 'wireless-air', number));
  const flow = flowOf(spec, events, pathOf(0, path.wirelessLoss ?? 0));
  const competitor = path.competingTcp ? new Tcp(events, pathOf(1, 0), new Reno(), segmentBytes, path.delayPs) : null;
  flow.start();
  competitor?.start();
  if (warmupPs > 0) {
    events.runUntil(warmupPs);
    flow.counts = noCounts();
    if (competitor !== null) competitor.counts = noCounts();
  }
  events.runUntil(warmupPs + durationPs);
  return { flow: flow.counts, competitor: competitor?.counts ?? null, durationPs };
}

function flowOf({ transport, path }: TransportRunSpec, events: EventQueue, way: Path): TransportFlow {
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
