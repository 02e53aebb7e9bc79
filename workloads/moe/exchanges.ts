import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import type { ExpertGroup } from './groups.ts';
import type { Wave } from './layer-plan.ts';
import { hasTwoHops, type Post, postExchange } from './schemes.ts';

/** For each rank the operation after whose end it goes on; NOTHING: at once. */
export type Gates = readonly number[];

/** What an exchange became in a Schedule. */
export interface Added {
  /** When each rank has left it. */
  readonly gates: Gates;
  /** Its messages are among the operations first .. end - 1. */
  readonly first: number;
  readonly end: number;
  /** Payload of its messages, and of those between servers. */
  readonly bytes: number;
  readonly networkBytes: number;
}

interface Fabric {
  readonly builder: ScheduleBuilder;
  readonly groups: readonly ExpertGroup[];
  readonly scheme: MoeSpec['scheme'];
}

/**
 * Adds exchanges that go on at the same time. A rank leaves them when it has received everything and has posted all of its own.
 *
 * @param waves of each group; all groups have exchanges of the same names
 * @param label name of the phase of an exchange
 * @param gates when each rank enters
 */
export function addWave({ builder, groups, scheme }: Fabric, waves: readonly Wave[], label: (name: string) => string, gates: Gates): Added {
  const receives: number[][] = Array.from({ length: builder.ranks }, () => []);
  const sum = { first: Infinity, end: 0, bytes: 0, networkBytes: 0 };
  waves[0]!.forEach(({ name }, i) => {
    const steps = hasTwoHops(scheme) ? [' step 0', ' step 1'] : [''];
    const phases = steps.map((step) => builder.phase(`${label(name)}${step}`));
    groups.forEach((group, g) => {
      const exchange = waves[g]![i]!;
      const post: Post = (step, from, to, copies, after = []) => {
        if (copies === 0) return [];
        const [src, dst] = [group.ranks[from]!, group.ranks[to]!];
        const bytes = copies * exchange.bytesPerCopy;
        const send = builder.message(src, dst, bytes, phases[step]!);
        for (const op of [gates[src]!, ...after]) if (op !== NOTHING) builder.after(send, op);
        receives[dst]!.push(send + 1);
        sum.first = Math.min(sum.first, send);
        sum.end = send + 2;
        sum.bytes += bytes;
        if (group.serverOf[from] !== group.serverOf[to]) sum.networkBytes += bytes;
        return [send + 1];
      };
      postExchange(scheme, group, exchange, post);
    });
  });
  return { ...sum, gates: gates.map((gate, rank) => afterAll(builder, rank, [gate, ...receives[rank]!])) };
}
