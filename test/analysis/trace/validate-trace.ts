/** An event as a viewer reads it. */
export interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly id?: string;
  readonly pid: number;
  readonly tid?: number;
  readonly ts: number;
  readonly dur?: number;
  readonly bp?: string;
  readonly args?: Readonly<Record<string, string | number | null>>;
}

export interface TraceDocument {
  readonly displayTimeUnit: string;
  readonly otherData: Readonly<Record<string, unknown>>;
  readonly traceEvents: readonly TraceEvent[];
}

const ns = (microseconds: number): number => Math.round(microseconds * 1000);

/**
 * What is wrong with a trace for the viewers that read it, one line a mistake: Perfetto drops slices of a thread that overlap without
 * being nested, binds the ends of arrows to the slices around them, and pairs async events by category and id.
 */
export function traceMistakes({ displayTimeUnit, traceEvents }: TraceDocument): string[] {
  const mistakes: string[] = [];
  if (displayTimeUnit !== 'ns' && displayTimeUnit !== 'ms') mistakes.push(`displayTimeUnit ${displayTimeUnit}`);
  let before = 0;
  for (const event of traceEvents) {
    const { ph, ts, dur, name } = event;
    if (!Number.isFinite(ts) || ts < 0) mistakes.push(`${ph} ${name}: ts ${ts}`);
    if (Math.abs(ts * 1000 - ns(ts)) > 1e-3) mistakes.push(`${ph} ${name}: ts ${ts} has more than three decimals`);
    if (ph !== 'M' && ts < before) mistakes.push(`${ph} ${name}: ts ${ts} after ${before}`);
    if (ph !== 'M') before = ts;
    if (ph === 'X' && !(Number.isFinite(dur) && dur! >= 0)) mistakes.push(`${name}: dur ${dur}`);
    if (!['M', 'X', 'b', 'e', 's', 'f', 'C'].includes(ph)) mistakes.push(`ph ${ph}`);
  }
  return [
    ...mistakes,
    ...overlaps(traceEvents),
    ...pairs(traceEvents, 'b', 'e'),
    ...pairs(traceEvents, 's', 'f'),
    ...looseArrows(traceEvents),
    ...counters(traceEvents),
    ...unnamed(traceEvents),
  ];
}

const trackOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;

function slicesByTrack(events: readonly TraceEvent[]): Map<string, TraceEvent[]> {
  const tracks = new Map<string, TraceEvent[]>();
  for (const event of events) if (event.ph === 'X') tracks.set(trackOf(event), [...(tracks.get(trackOf(event)) ?? []), event]);
  return tracks;
}

/** Slices of one thread are disjoint (they may touch) or nested. */
function overlaps(events: readonly TraceEvent[]): string[] {
  const mistakes: string[] = [];
  for (const [track, slices] of slicesByTrack(events)) {
    const open: number[] = [];
    for (const { ts, dur, name } of slices.toSorted((a, b) => a.ts - b.ts || b.dur! - a.dur!)) {
      const [from, to] = [ns(ts), ns(ts) + ns(dur!)];
      while (open.length > 0 && open.at(-1)! <= from) open.pop();
      if (open.length > 0 && open.at(-1)! < to)
        mistakes.push(`${track}: ${name} from ${from} to ${to} ns overlaps one that ends at ${open.at(-1)}`);
      open.push(to);
    }
  }
  return mistakes;
}

/** Each (category, id) has one first and one second event, in this order. */
function pairs(events: readonly TraceEvent[], first: string, second: string): string[] {
  const mistakes: string[] = [];
  const open = new Map<string, TraceEvent>();
  const done = new Set<string>();
  for (const event of events) {
    const key = `${event.cat} ${event.id}`;
    if (event.ph === first) {
      if (open.has(key) || done.has(key)) mistakes.push(`${first} twice: ${key}`);
      open.set(key, event);
    } else if (event.ph === second) {
      if (open.get(key)?.name !== event.name) mistakes.push(`${second} without ${first}: ${key}`);
      open.delete(key);
      done.add(key);
    }
  }
  return [...mistakes, ...[...open.keys()].map((key) => `${first} without ${second}: ${key}`)];
}

/** Both ends of an arrow stand in a slice of their thread. */
function looseArrows(events: readonly TraceEvent[]): string[] {
  const tracks = slicesByTrack(events);
  return events
    .filter(({ ph }) => ph === 's' || ph === 'f')
    .filter((arrow) => {
      if (arrow.ph === 'f' && arrow.bp !== 'e') return true;
      const at = ns(arrow.ts);
      const isIn = ({ ts, dur }: TraceEvent): boolean => ns(ts) <= at && (at < ns(ts) + ns(dur!) || ns(dur!) === 0);
      return !(tracks.get(trackOf(arrow)) ?? []).some(isIn);
    })
    .map(({ ph, id }) => `${ph} ${id} stands in no slice`);
}

function counters(events: readonly TraceEvent[]): string[] {
  const last = new Map<string, number>();
  return events
    .filter(({ ph }) => ph === 'C')
    .flatMap(({ pid, name, ts, args }) => {
      const key = `${pid} ${name}`;
      const mistakes = ts < (last.get(key) ?? 0) ? [`counter ${key} goes back to ${ts}`] : [];
      last.set(key, ts);
      const values = Object.values(args ?? {});
      return values.length === 1 && values.every((value) => typeof value === 'number' && Number.isFinite(value))
        ? mistakes
        : [...mistakes, `counter ${key} has values ${values.join()}`];
    });
}

/** Every process and thread with something on it has a name. */
function unnamed(events: readonly TraceEvent[]): string[] {
  const named = new Set(
    events.flatMap((event) => (event.name === 'process_name' ? [`${event.pid}`] : event.name === 'thread_name' ? [trackOf(event)] : [])),
  );
  const used = new Set(
    events.flatMap((event) => (event.ph === 'M' ? [] : event.ph === 'C' ? [`${event.pid}`] : [`${event.pid}`, trackOf(event)])),
  );
  return [...used].filter((track) => !named.has(track)).map((track) => `${track} has no name`);
}
