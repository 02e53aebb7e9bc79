import type { RandomStream } from '../random-stream.ts';

/** A closed form at a point, and an experiment whose mean it predicts. */
export interface Oracle {
  /** Row of the specification. */
  readonly row: number;
  readonly name: string;
  readonly point: string;
  /** What the closed form says. */
  readonly expected: number;
  /** One independent replica: an unbiased estimate of it. null: nothing random stands behind the formula. */
  readonly replica: ((stream: RandomStream, seed: number) => number) | null;
}

/** Replicas of each experiment, at seeds 1, 2, .. . */
export const REPLICAS = 16;

/** Mean of `n` values. */
export function mean(n: number, value: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(i);
  return sum / n;
}
