import { ConfigError } from '../../sim/base/errors.ts';
import type { App, PacketEntry } from '../app/app.ts';
import type { Cell } from '../cell.ts';
import { DEADLINE, DELIVERED, type Outcome, WIRELESS } from '../link/pdu-queue.ts';
import { buildCell, countsOf, type WirelessCounts } from '../run.ts';
import type { PathSpec, WirelessScenario } from '../scenario.ts';
import type { EventQueue } from './event-queue.ts';
import type { LossCause } from './flow-counts.ts';
import { type Bottleneck, MARK_AT, type PathEnd, type Segment, type Way } from './path.ts';
import { type Air, runTransport, type TransportCounts, type TransportRunSpec } from './transport-run.ts';

/** What a transport run takes of a scenario. @throws ConfigError where the run is to end after packets of the link */
export function transportSpec({ transport, seed, run }: WirelessScenario, path: PathSpec): TransportRunSpec {
  const { durationPs, warmupPs } = run;
  if (durationPs !== null) return { transport, path, seed, warmupPs, durationPs };
  throw new ConfigError('E505', 'a run over a path ends after a time, not after packets of the link', {
    where: { path: 'run.packets' },
    hint: 'give run.duration',
  });
}

/**
 * A flow over a wired bottleneck and the cell, whose first user is its receiver: what gets to the cell is cut into PDUs, waits, and is sent
 * and lost as the cell's link does it.
 *
 * @throws ConfigError as `buildCell`
 */
export function runCellPath(
  scenario: WirelessScenario,
  path: PathSpec,
  shouldStop: () => boolean,
): TransportCounts & { readonly counts: WirelessCounts } {
  const entry = new FlowEntry(scenario);
  const cell = buildCell(scenario, entry);
  const air: Air = {
    over: (events, bottleneck) => new CellPath(events, bottleneck, path, cell, scenario.slot.durationPs, entry),
    startCounting() {
      for (const user of cell.users) user.startCounting();
    },
  };
  const transport = runTransport(transportSpec(scenario, path), shouldStop, air);
  return { ...transport, counts: countsOf(cell, true, []) };
}

/** A packet of the flow in the cell. */
interface InCell {
  readonly segment: Segment;
  readonly end: PathEnd;
  outcome: Outcome | null;
}

/** The application of the user who receives the flow: packets come from the wire, and leave for their receiver in order. */
class FlowEntry implements App {
  readonly #bits: number;
  readonly #delayBoundPs: number;
  readonly #markAtPdus: number;
  /** Since the last slot's end. */
  #fresh: { readonly segment: Segment; readonly end: PathEnd; readonly atPs: number }[] = [];
  /** In order; the first has number `#first`. */
  readonly #inCell: InCell[] = [];
  #first = 0;

  constructor({ transport, queuePackets, users }: WirelessScenario) {
    this.#bits = 8 * transport.segmentBytes;
    this.#delayBoundPs = users[0]!.qos.delayPs ?? Infinity;
    this.#markAtPdus = MARK_AT * queuePackets;
  }

  enter(segment: Segment, end: PathEnd, atPs: number): void {
    this.#fresh.push({ segment, end, atPs });
  }

  emit(_untilPs: number, entry: PacketEntry): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = [];
    for (const { segment, end, atPs } of fresh) {
      if (entry.backlogPdus >= this.#markAtPdus) segment.isMarked = true;
      const number = this.#first + this.#inCell.push({ segment, end, outcome: null }) - 1;
      entry.arrive(number, this.#bits, atPs, atPs + this.#delayBoundPs, 0);
    }
  }

  onPacket(number: number, outcome: Outcome): void {
    const packet = this.#inCell[number - this.#first]!;
    packet.outcome = outcome;
    if (outcome !== DELIVERED) packet.end.onLoss(packet.segment, causeOf(outcome));
    // What came earlier than one sent before it waits for that one.
    while (this.#inCell.length > 0 && this.#inCell[0]!.outcome !== null) {
      const { segment, end, outcome: settled } = this.#inCell.shift()!;
      this.#first++;
      if (settled === DELIVERED) end.onArrival(segment);
    }
  }
}

const causeOf = (outcome: Outcome): LossCause => (outcome === WIRELESS ? 'wireless' : outcome === DEADLINE ? 'deadline' : 'congestion');

/** The way of a flow: bottleneck, propagation, and a cell after it (last hop) or before it (backbone). */
class CellPath implements Way {
  readonly #events: EventQueue;
  readonly #bottleneck: Bottleneck;
  readonly #spec: PathSpec;
  readonly #entry: FlowEntry;

  constructor(events: EventQueue, bottleneck: Bottleneck, spec: PathSpec, cell: Cell, slotPs: number, entry: FlowEntry) {
    this.#events = events;
    this.#bottleneck = bottleneck;
    this.#spec = spec;
    this.#entry = entry;
    const tick = (): void => {
      cell.step();
      events.at((cell.slots + 1) * slotPs, tick);
    };
    events.at(slotPs, tick);
  }

  send(segment: Segment, end: PathEnd): void {
    const onLoss: PathEnd['onLoss'] = (lost, cause) => end.onLoss(lost, cause);
    if (this.#spec.wireless === 'last-hop') this.#wire(segment, { onLoss, onArrival: (arrived) => this.#air(arrived, end) });
    else this.#air(segment, { onLoss, onArrival: (arrived) => this.#wire(arrived, end) });
  }

  #air(segment: Segment, end: PathEnd): void {
    this.#entry.enter(segment, end, this.#events.nowPs);
  }

  #wire(segment: Segment, end: PathEnd): void {
    const hasRoom = this.#bottleneck.join((isMarked) => {
      segment.isMarked ||= isMarked;
      this.#events.after(this.#spec.delayPs, () => end.onArrival(segment));
    });
    if (!hasRoom) end.onLoss(segment, 'congestion');
  }
}
