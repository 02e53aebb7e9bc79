import type { OperationTimes } from '../../sim/base/measures.ts';
import type { ProbeTables } from '../../sim/base/probe-tables.ts';
import { COMPUTE, RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { categoryOf, COLOURS } from './category.ts';
import { type CounterSeries, counterSeries } from './counters.ts';
import { ARROW_IN, ARROW_OUT, BEGIN, COUNTER, END, EventList, SLICE } from './event-list.ts';
import { nsOf, type Slices, slicesOf } from './slices.ts';
import { phaseSpans, type Span, stepSpans } from './spans.ts';

/** A run to be drawn. */
export interface TraceInput {
  readonly schedule: Schedule;
  readonly topology: Topology;
  readonly operations: OperationTimes;
  readonly probes: ProbeTables | null;
  /** `schedule.jobOfOp` counts into it. */
  readonly jobNames: readonly string[];
  /** What the trace says of itself, such as the name of the run and its seed. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** Of slices, steps, arrows and counter values together; names of tracks do not count. */
  readonly maxEvents: number;
}

const RUN_PID = 1;
const RANK_PID = 1000;
const SWITCH_PID = 100_000;
/** Hosts have processes of their own only for counters of probes. */
const HOST_PID = 1_000_000;
const STEPS_TID = 1;
/** Threads of a rank: 2 + 3 * lane + kind of operation. */
const tidOf = (kind: number, lane: number): number => 2 + 3 * lane + kind;
const LANE_NAMES: Readonly<Record<number, string>> = { [COMPUTE]: 'compute', [SEND]: 'send', [RECV]: 'receive' };
/** Computes stand above sends, these above receives. */
const LANE_ORDER: Readonly<Record<number, number>> = { [COMPUTE]: 0, [SEND]: 1, [RECV]: 2 };
const MOST_LANES = 2 ** 20;

/**
 * A run in the JSON form of Chrome's trace events, which Perfetto and chrome://tracing open: in pieces, one event a line, in order of
 * time (docs/export.md). Times are microseconds with three decimals; `args` have picoseconds.
 *
 * When there is no room for all events, phases come first, then slices by their begin, arrows, steps, counters; `otherData` says what
 * was left out.
 */
export function chromeTrace(input: TraceInput): Generator<string> {
  return new Trace(input).text();
}

class Trace {
  readonly #input: TraceInput;
  readonly #events: EventList;
  readonly #slices: Slices;
  readonly #spans: Span[];
  /** The first of them are those of phases over all ranks. */
  readonly #counters: readonly CounterSeries[];
  /** Of the events of counters: series and entry (-1: a 0 at the start), or of which place. */
  readonly #counterSeries: number[] = [];
  readonly #counterEntry: number[] = [];
  readonly #leftOut: Record<string, number> = {};
  readonly #names: readonly string[];
  readonly #categories: readonly ReturnType<typeof categoryOf>[];

  constructor(input: TraceInput) {
    const { schedule, operations, topology, probes, maxEvents } = input;
    this.#input = input;
    this.#names = schedule.phaseNames.map((name) => JSON.stringify(name));
    this.#categories = schedule.phaseNames.map(categoryOf);
    this.#counters = counterSeries(probes, topology);
    this.#events = new EventList(maxEvents);
    // A phase needs two events.
    const room = Math.max(0, maxEvents - 2 * schedule.phaseNames.length);
    this.#slices = slicesOf(schedule, operations, lastTime(operations), room);
    this.#spans = phaseSpans(schedule, this.#slices);
    this.#count('phases', this.#addSpans(0));
    this.#slices.op.forEach((_, slice) => this.#events.add(this.#slices.fromNs[slice]!, SLICE, slice));
    this.#count('slices', this.#slices.leftOut);
    this.#addArrows();
    const phases = this.#spans.length;
    this.#spans.push(...stepSpans(schedule, this.#slices));
    this.#count('steps', this.#addSpans(phases));
    this.#addCounters();
  }

  *text(): Generator<string> {
    const { schedule, facts } = this.#input;
    const { notStarted, notEnded } = this.#slices;
    const otherData = {
      ...facts,
      operations: schedule.ops,
      operations_not_started: notStarted,
      operations_not_ended: notEnded,
      max_events: this.#input.maxEvents,
      left_out: this.#leftOut,
    };
    yield `{"displayTimeUnit":"ns","otherData":${JSON.stringify(otherData)},"traceEvents":[\n`;
    let separator = '';
    for (const line of this.#lines()) {
      yield separator + line;
      separator = ',\n';
    }
    yield '\n]}\n';
  }

  *#lines(): Generator<string> {
    yield* this.#trackNames();
    for (const { timeNs, kind, ref } of this.#events.inOrder()) {
      const ts = microseconds(timeNs);
      if (kind === SLICE) yield this.#slice(ts, ref);
      else if (kind === ARROW_OUT || kind === ARROW_IN) yield this.#arrow(ts, ref, kind === ARROW_OUT);
      else if (kind === COUNTER) yield this.#counter(ts, ref);
      else yield this.#spanEnd(ts, ref, kind === BEGIN);
    }
  }

  #count(what: string, leftOut: number): void {
    if (leftOut > 0) this.#leftOut[what] = leftOut;
  }

  /** Adds those from `first` on; returns how many there is no room for. */
  #addSpans(first: number): number {
    const last = Math.min(this.#spans.length, first + (this.#events.room >> 1));
    for (let span = first; span < last; span++) {
      this.#events.add(this.#spans[span]!.fromNs, BEGIN, span);
      this.#events.add(this.#spans[span]!.toNs, END, span);
    }
    return this.#spans.length - last;
  }

  /** From each send to its receive, where both have a slice. */
  #addArrows(): void {
    const { kind, match } = this.#input.schedule;
    const { op, fromNs, toNs, sliceOf } = this.#slices;
    let leftOut = 0;
    op.forEach((send, slice) => {
      if (kind[send] !== SEND) return;
      const receive = sliceOf[match[send]!]!;
      if (receive < 0) return;
      if (this.#events.room < 2) leftOut++;
      else {
        this.#events.add(fromNs[slice]!, ARROW_OUT, slice);
        // Just before its end: at the end itself the next slice of the lane may begin.
        this.#events.add(Math.max(fromNs[receive]!, toNs[receive]! - 1), ARROW_IN, receive);
      }
    });
    this.#count('arrows', leftOut);
  }

  /** Every change, and a 0 at the start for each place that changes later. */
  #addCounters(): void {
    let leftOut = 0;
    const add = (timePs: number, series: number, entry: number): void => {
      if (this.#events.room === 0) leftOut++;
      else {
        this.#events.add(nsOf(timePs), COUNTER, this.#counterSeries.length);
        this.#counterSeries.push(series);
        this.#counterEntry.push(entry);
      }
    };
    this.#counters.forEach(({ series: { timePs, place } }, number) => {
      const seen = new Set<number>();
      for (let entry = 0; entry < timePs.length; entry++) {
        if (!seen.has(place[entry]!)) add(0, number, -1 - place[entry]!);
        seen.add(place[entry]!);
        add(timePs[entry]!, number, entry);
      }
    });
    this.#count('counter_values', leftOut);
  }

  *#trackNames(): Generator<string> {
    const { schedule, topology, jobNames } = this.#input;
    yield processName(RUN_PID, 'run', 0);
    yield threadName(RUN_PID, STEPS_TID, 'phases', 0);
    const jobsOfRank = new Map<number, Set<number>>();
    const threads = new Map<number, readonly [op: number, lane: number]>();
    const { op, lane } = this.#slices;
    op.forEach((each, slice) => {
      const rank = schedule.rank[each]!;
      let jobs = jobsOfRank.get(rank);
      if (jobs === undefined) jobsOfRank.set(rank, (jobs = new Set()));
      jobs.add(schedule.jobOfOp[each]!);
      threads.set(rank * 3 * MOST_LANES + tidOf(schedule.kind[each]!, lane[slice]!), [each, lane[slice]!]);
    });
    for (const [rank, jobs] of [...jobsOfRank].sort(([a], [b]) => a - b)) {
      yield processName(RANK_PID + rank, `rank ${rank}`, 1 + rank);
      const names = [...jobs].map((job) => jobNames[job]!).filter(() => jobNames.length > 1);
      const labels = [topology.nodeNames[topology.hostOfRank[rank]!]!, ...names].join(', ');
      yield metadata('process_labels', RANK_PID + rank, 0, { labels });
      yield threadName(RANK_PID + rank, STEPS_TID, 'steps', 0);
    }
    for (const [each, ownLane] of threads.values()) {
      const kind = schedule.kind[each]!;
      const name = ownLane === 0 ? LANE_NAMES[kind]! : `${LANE_NAMES[kind]!} ${ownLane + 1}`;
      yield threadName(RANK_PID + schedule.rank[each]!, tidOf(kind, ownLane), name, 1 + LANE_ORDER[kind]! * MOST_LANES + ownLane);
    }
    const nodes = new Set(this.#counterEntry.map((_, counter) => this.#counterPlace(counter).node));
    for (const node of [...nodes].sort((a, b) => a - b))
      yield processName(this.#pidOfNode(node), topology.nodeNames[node]!, SWITCH_PID + node);
  }

  #pidOfNode(node: number): number {
    const { hosts } = this.#input.topology;
    return node < hosts ? HOST_PID + node : SWITCH_PID + node - hosts;
  }

  #slice(ts: string, slice: number): string {
    const { schedule, operations, jobNames } = this.#input;
    const { op, fromNs, toNs, lane } = this.#slices;
    const each = op[slice]!;
    const kind = schedule.kind[each]!;
    const isCompute = kind === COMPUTE;
    const phase = schedule.phase[each]!;
    const category = isCompute ? 'compute' : this.#categories[phase]!;
    const endPs = operations.endPs[each]!;
    const args = {
      operation: each,
      ...(isCompute ? {} : { [kind === SEND ? 'to_rank' : 'from_rank']: schedule.peer[each]!, bytes: schedule.bytes[each]! }),
      ...(jobNames.length > 1 ? { job: jobNames[schedule.jobOfOp[each]!]! } : {}),
      start_ps: operations.startPs[each]!,
      end_ps: Number.isNaN(endPs) ? null : endPs,
    };
    const place = `"pid":${RANK_PID + schedule.rank[each]!},"tid":${tidOf(kind, lane[slice]!)}`;
    const dur = microseconds(toNs[slice]! - fromNs[slice]!);
    const name = isCompute ? '"compute"' : this.#names[phase]!;
    const look = `"name":${name},"cat":"${category}","cname":"${COLOURS[category]}"`;
    return `{"ph":"X",${look},${place},"ts":${ts},"dur":${dur},"args":${JSON.stringify(args)}}`;
  }

  #arrow(ts: string, slice: number, isOut: boolean): string {
    const { schedule } = this.#input;
    const op = this.#slices.op[slice]!;
    const place = `"pid":${RANK_PID + schedule.rank[op]!},"tid":${tidOf(schedule.kind[op]!, this.#slices.lane[slice]!)}`;
    const ends = isOut ? `"ph":"s","id":"m${op}"` : `"ph":"f","bp":"e","id":"m${schedule.match[op]}"`;
    return `{${ends},"name":"message","cat":"message",${place},"ts":${ts}}`;
  }

  #spanEnd(ts: string, number: number, isBegin: boolean): string {
    const { rank, phase } = this.#spans[number]!;
    const pid = rank < 0 ? RUN_PID : RANK_PID + rank;
    const category = rank < 0 ? 'phase' : `step,${this.#categories[phase]!}`;
    const look = `"name":${this.#names[phase]!},"cat":"${category}","id":"p${number}"`;
    return `{"ph":"${isBegin ? 'b' : 'e'}",${look},"pid":${pid},"tid":${STEPS_TID},"ts":${ts}}`;
  }

  #counter(ts: string, counter: number): string {
    const { nameOf, unit, shown, series } = this.#counters[this.#counterSeries[counter]!]!;
    const { node, place } = this.#counterPlace(counter);
    const entry = this.#counterEntry[counter]!;
    const value = entry < 0 ? 0 : shown(series.value[entry]!);
    return `{"ph":"C","name":${JSON.stringify(nameOf(place))},"pid":${this.#pidOfNode(node)},"ts":${ts},"args":{"${unit}":${value}}}`;
  }

  #counterPlace(counter: number): { readonly node: number; readonly place: number } {
    const { nodeOf, series } = this.#counters[this.#counterSeries[counter]!]!;
    const entry = this.#counterEntry[counter]!;
    const place = entry < 0 ? -1 - entry : series.place[entry]!;
    return { node: nodeOf(place), place };
  }
}

const microseconds = (ns: number): string => (ns / 1000).toFixed(3);

const metadata = (name: string, pid: number, tid: number, args: Readonly<Record<string, string | number>>): string =>
  `{"ph":"M","name":"${name}","pid":${pid},"tid":${tid},"ts":0,"args":${JSON.stringify(args)}}`;

const processName = (pid: number, name: string, order: number): string =>
  `${metadata('process_name', pid, 0, { name })},\n${metadata('process_sort_index', pid, 0, { sort_index: order })}`;

const threadName = (pid: number, tid: number, name: string, order: number): string =>
  `${metadata('thread_name', pid, tid, { name })},\n${metadata('thread_sort_index', pid, tid, { sort_index: order })}`;

/** Of everything that has a time. */
function lastTime({ startPs, endPs }: OperationTimes): number {
  let last = 0;
  for (const times of [startPs, endPs]) for (const ps of times) if (ps > last) last = ps;
  return last;
}
