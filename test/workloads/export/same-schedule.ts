import { COMPUTE, type Schedule } from '../../../sim/base/schedule.ts';

/** An operation and its edges, without its number. */
interface Plain {
  readonly label: string;
  readonly match: number;
  readonly ends: readonly number[];
  readonly starts: readonly number[];
}

export interface SamenessOptions {
  /** Joins (computes of length 0) count as the set that they wait for, not as operations. */
  readonly withoutJoins?: boolean;
  /** What an operation waits for counts only where it does not follow from something else that it waits for. */
  readonly withoutImplied?: boolean;
}

/**
 * What is different between two Schedules up to the numbers of their operations: kind, rank, peer, bytes, duration, who matches whom, who
 * waits for whom and for what of it; null when nothing is. Compared by colour refinement: operations get one colour as long as they and
 * all around them look alike, in both Schedules with one palette; then every colour must occur as often in both. Phases and jobs do not
 * count.
 */
export function difference(a: Schedule, b: Schedule, options: SamenessOptions = {}): string | null {
  if (a.ranks !== b.ranks) return `${a.ranks} ranks, ${b.ranks} ranks`;
  const plain = (schedule: Schedule): Plain[] => {
    const ops = plainOf(schedule, options);
    return options.withoutImplied === true ? withoutImplied(ops) : ops;
  };
  const [plainA, plainB] = [plain(a), plain(b)];
  if (plainA.length !== plainB.length) return `${plainA.length} operations, ${plainB.length} operations`;
  const both = [...plainA, ...plainB.map((op) => shifted(op, plainA.length))];
  const followers = waitersOf(both);
  let names = both.map(({ label }) => label);
  let colours = palette(names);
  for (let known = 0; known < count(colours);) {
    known = count(colours);
    const of = (ops: readonly number[]): string =>
      ops
        .map((op) => colours[op]!)
        .sort((x, y) => x - y)
        .join();
    names = both.map(({ match, ends, starts }, i) =>
      [colours[i], match < 0 ? '' : colours[match], of(ends), of(starts), of(followers.ends[i]!), of(followers.starts[i]!)].join('|'),
    );
    colours = palette(names);
  }
  const balance = new Map<number, number>();
  colours.forEach((colour, i) => balance.set(colour, (balance.get(colour) ?? 0) + (i < plainA.length ? 1 : -1)));
  const odd = colours.findIndex((colour) => balance.get(colour) !== 0);
  return odd < 0 ? null : `${odd < plainA.length ? 'only in the first' : 'only in the second'}: ${both[odd]!.label}`;
}

const palette = (names: readonly string[]): number[] => {
  const numbers = new Map<string, number>();
  return names.map((name) => numbers.get(name) ?? (numbers.set(name, numbers.size), numbers.size - 1));
};
const count = (colours: readonly number[]): number => new Set(colours).size;

function plainOf(schedule: Schedule, { withoutJoins = false }: SamenessOptions): Plain[] {
  const { ops, kind, rank, peer, bytes, durationPs, match, depOffset, depOp, depOnStart } = schedule;
  const isJoin = (op: number): boolean => withoutJoins && kind[op] === COMPUTE && durationPs[op] === 0;
  const kept = Array.from({ length: ops }, (_, op) => op).filter((op) => !isJoin(op));
  const newNumber = new Map(kept.map((op, i) => [op, i]));
  return kept.map((op) => {
    const ends = new Set<number>();
    const starts = new Set<number>();
    const seen = new Set<number>();
    const queue = [op];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (let edge = depOffset[at]!; edge < depOffset[at + 1]!; edge++) {
        const dep = depOp[edge]!;
        if (!isJoin(dep)) (depOnStart[edge] === 1 ? starts : ends).add(newNumber.get(dep)!);
        else if (!seen.has(dep)) queue.push(dep);
        seen.add(dep);
      }
    }
    return {
      label: [kind[op], rank[op], peer[op], bytes[op], durationPs[op]].join(' '),
      match: match[op]! < 0 ? -1 : newNumber.get(match[op]!)!,
      ends: [...ends],
      // Who waits for an end waits for the start too.
      starts: [...starts].filter((dep) => !ends.has(dep)),
    };
  });
}

/** An operation's start follows the ends and starts that it waits for, its end its start. */
function withoutImplied(ops: readonly Plain[]): Plain[] {
  const reach = new Map<string, ReadonlySet<string>>();
  const conditions = ({ ends, starts }: Plain): string[] => [...ends.map((op) => `end ${op}`), ...starts.map((op) => `start ${op}`)];
  const allBefore = (event: string): ReadonlySet<string> => {
    const known = reach.get(event);
    if (known !== undefined) return known;
    const [word, op] = event.split(' ');
    const next = word === 'end' ? [`start ${op}`] : conditions(ops[Number(op)]!);
    const before = new Set(next.flatMap((each) => [each, ...allBefore(each)]));
    reach.set(event, before);
    return before;
  };
  return ops.map((op) => {
    const own = conditions(op);
    const isImplied = (event: string): boolean => own.some((other) => allBefore(other).has(event));
    return {
      ...op,
      ends: op.ends.filter((end) => !isImplied(`end ${end}`)),
      starts: op.starts.filter((start) => !isImplied(`start ${start}`)),
    };
  });
}

const shifted = ({ label, match, ends, starts }: Plain, by: number): Plain => ({
  label,
  match: match < 0 ? -1 : match + by,
  ends: ends.map((op) => op + by),
  starts: starts.map((op) => op + by),
});

function waitersOf(ops: readonly Plain[]): { readonly ends: number[][]; readonly starts: number[][] } {
  const ends = ops.map((): number[] => []);
  const starts = ops.map((): number[] => []);
  ops.forEach((op, i) => {
    for (const dep of op.ends) ends[dep]!.push(i);
    for (const dep of op.starts) starts[dep]!.push(i);
  });
  return { ends, starts };
}
