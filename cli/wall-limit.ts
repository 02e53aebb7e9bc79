import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, min: 60e3, m: 60e3, h: 3600e3, d: 86_400e3 };
/** Timers of Node count in 31 bits of milliseconds. */
const MAX_MS = 2 ** 31 - 1;

/** A wall time, as `--wall-limit` takes it: `90s`, `10m`, `1.5h`. */
export interface WallLimit {
  readonly ms: number;
  /** As written. */
  readonly text: string;
}

/** @throws InvalidArgumentError */
export function parseWallLimit(text: string): WallLimit {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d)$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2]!]!;
  if (ms < 1 || ms > MAX_MS) throw new InvalidArgumentError('It must be a time such as 90s, 10m or 1.5h, at most 24d.');
  return { ms, text };
}
