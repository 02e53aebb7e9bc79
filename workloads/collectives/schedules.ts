import { COLLECTIVE_ALGORITHMS, type CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { collectiveSchedule } from './collective.ts';

/** One collective over ranks 0 .. ranks-1. */
export interface CollectiveOptions<K extends CollectiveSpec['kind']> {
  readonly ranks: number;
  /** The nccl-tests meaning of the collective. */
  readonly sizeBytes: number;
  /** Default: ring; of an all-to-all: direct. */
  readonly algorithm?: (typeof COLLECTIVE_ALGORITHMS)[K][number];
}

const scheduleOf = <K extends CollectiveSpec['kind']>(kind: K, options: CollectiveOptions<K>): Schedule =>
  collectiveSchedule({ kind, algorithm: COLLECTIVE_ALGORITHMS[kind][0], ...options });

/** @throws ConfigError for ranks or an algorithm that do not fit, as in all of these */
export const allReduce = (options: CollectiveOptions<'all-reduce'>): Schedule => scheduleOf('all-reduce', options);
export const allGather = (options: CollectiveOptions<'all-gather'>): Schedule => scheduleOf('all-gather', options);
export const reduceScatter = (options: CollectiveOptions<'reduce-scatter'>): Schedule => scheduleOf('reduce-scatter', options);
export const allToAll = (options: CollectiveOptions<'all-to-all'>): Schedule => scheduleOf('all-to-all', options);
