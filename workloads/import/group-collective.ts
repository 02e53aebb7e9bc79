import { COLLECTIVE_ALGORITHMS, type CollectiveAlgorithm, type CollectiveKind } from '../../sim/base/collective-spec.ts';
import type { CollectiveChoice } from '../../sim/base/file-spec.ts';
import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll } from '../after-all.ts';
import { emitCollective } from '../collectives/collective.ts';
import { CollectiveCall } from '../collectives/collective-call.ts';

/** Kinds that traces have. */
export type TraceCollective = Exclude<CollectiveKind, 'all-to-all-v' | 'send-recv'>;

/** One collective of a trace on some of its ranks. */
export interface GroupCollective {
  readonly kind: TraceCollective;
  readonly algorithm: CollectiveAlgorithm;
  /** nccl-tests meaning. */
  readonly sizeBytes: number;
  /** Rank of each member. */
  readonly ranks: readonly number[];
  /** What each member waits for before it posts anything, or NOTHING. */
  readonly entry: readonly number[];
}

/** Adds a collective; returns of each member the operation that ends when its receives have ended and its sends have been posted. */
export function addGroupCollective(builder: ScheduleBuilder, phase: number, call: GroupCollective): number[] {
  const { kind, algorithm, sizeBytes, ranks, entry } = call;
  const receives: number[][] = ranks.map(() => []);
  const posted: number[][] = ranks.map(() => []);
  const emitter = new CollectiveCall(builder, ranks, {
    phaseOfStep: () => phase,
    entry,
    observe: (_step, src, dst, _data, _bytes, _action, send, done) => {
      posted[src]!.push(send);
      receives[dst]!.push(done);
    },
  });
  emitCollective(kind, algorithm, sizeBytes, emitter);
  return ranks.map((rank, member) => afterAll(builder, rank, [entry[member]!, ...receives[member]!], posted[member]!));
}

/** The algorithm that runs a collective of a trace: those without a choice run as docs/import.md says. */
export function algorithmOf(kind: TraceCollective, choice: CollectiveChoice): CollectiveAlgorithm {
  switch (kind) {
    case 'all-reduce':
      return choice.allReduce;
    case 'all-gather':
      return choice.allGather;
    case 'reduce-scatter':
      return choice.reduceScatter;
    default:
      return COLLECTIVE_ALGORITHMS[kind][0];
  }
}
