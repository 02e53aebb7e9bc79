import { COLLECTIVE_ALGORITHMS, type CollectiveKind, type CollectiveShape } from '../../sim/base/collective-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { collectiveSchedule } from './collective.ts';

/** One collective over ranks 0 .. ranks-1, in any shape that its algorithm takes (docs/collectives.md). */
export interface CollectiveOptions<K extends CollectiveKind> extends CollectiveShape {
  readonly ranks: number;
  /** The nccl-tests meaning of the collective. */
  readonly sizeBytes: number;
  /** Default: the first of `COLLECTIVE_ALGORITHMS`. */
  readonly algorithm?: (typeof COLLECTIVE_ALGORITHMS)[K][number];
}

type WithoutSize<K extends CollectiveKind> = Omit<CollectiveOptions<K>, 'sizeBytes'>;

const scheduleOf = <K extends CollectiveKind>(kind: K, options: CollectiveOptions<K>): Schedule =>
  collectiveSchedule({ kind, algorithm: COLLECTIVE_ALGORITHMS[kind][0], ...options });

/** @throws ConfigError for ranks, an algorithm or a shape that do not fit, as in all of these */
export const allReduce = (options: CollectiveOptions<'all-reduce'>): Schedule => scheduleOf('all-reduce', options);
export const allGather = (options: CollectiveOptions<'all-gather'>): Schedule => scheduleOf('all-gather', options);
export const reduceScatter = (options: CollectiveOptions<'reduce-scatter'>): Schedule => scheduleOf('reduce-scatter', options);
export const broadcast = (options: CollectiveOptions<'broadcast'>): Schedule => scheduleOf('broadcast', options);
export const reduce = (options: CollectiveOptions<'reduce'>): Schedule => scheduleOf('reduce', options);
export const gather = (options: CollectiveOptions<'gather'>): Schedule => scheduleOf('gather', options);
export const scatter = (options: CollectiveOptions<'scatter'>): Schedule => scheduleOf('scatter', options);
export const allToAll = (options: CollectiveOptions<'all-to-all'>): Schedule => scheduleOf('all-to-all', options);
export const sendRecv = (options: CollectiveOptions<'send-recv'>): Schedule => scheduleOf('send-recv', options);
export const barrier = (options: WithoutSize<'barrier'>): Schedule => scheduleOf('barrier', { ...options, sizeBytes: 0 });

/** With a matrix of sizes, which is the whole of its size. */
export const allToAllV = (options: WithoutSize<'all-to-all-v'> & Required<Pick<CollectiveShape, 'sizes'>>): Schedule =>
  scheduleOf('all-to-all-v', { ...options, sizeBytes: 0 });
