import { busbwFactor } from '../../sim/base/busbw.ts';
import type { CollectiveKind } from '../../sim/base/collective-spec.ts';
import { malformed, measurementOf, type NcclTestsLine, type NcclTestsMeasurement } from './measurement.ts';
import { csvLines } from './parse-csv.ts';
import { jsonLines } from './parse-json.ts';

export interface NcclTestsOutput {
  /** null: neither the text nor the options say it. */
  readonly ranks: number | null;
  readonly lines: readonly NcclTestsLine[];
}

export interface NcclTestsOptions {
  /** In place of the number of `# Rank` lines. */
  readonly ranks?: number;
  /** For busbw; the text does not say it. */
  readonly collective?: CollectiveKind;
}

/** What mpirun and srun put before each line. */
const LAUNCHER_PREFIX = /^(\[\d+,\d+\]<\w+>:?|\[\d+\]:?|\d+:\s)\s*/;
const INTEGER = /^\d+$/;
const NUMBER = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;
/** Columns left of the two halves: size, count, type, and in newer versions redop and root. */
const FEWEST_HEAD = 3;
const MOST_HEAD = 5;
const HALF = 4;
const ONE_PROCESS = 'output of several processes may run together: let one process print';
/** Largest error of a result that old versions take for right. */
const TOLERATED_ERROR = 1e-2;

/**
 * Reads what an nccl-tests program printed (new and old versions, with the prefixes of launchers), or wrote as JSON, or an rccl-tests one
 * as CSV. Lines that are no results are passed over; halves whose result was wrong are null, such as the in-place half of an old
 * all-to-all. Printed bandwidths are not used.
 *
 * @throws ImportError when a line of results has a number of columns, or words, that no version prints: the output of several processes
 * runs together
 */
export function parseNcclTests(text: string, options: NcclTestsOptions = {}): NcclTestsOutput {
  const plain = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(LAUNCHER_PREFIX, '').trim());
  const rankLines = new Set(plain.flatMap((line) => /^#\s+Rank\s+(\d+)\b/.exec(line)?.[1] ?? []));
  const ranks = options.ranks ?? (rankLines.size > 0 ? rankLines.size : null);
  const factor = ranks === null || options.collective === undefined ? null : busbwFactor(options.collective, ranks);
  const json = text.trimStart().startsWith('{') ? jsonLines(text, factor) : null;
  const lines =
    json ??
    csvLines(plain, factor) ??
    plain.flatMap((line, i): NcclTestsLine[] => {
      const tokens = line.split(/\s+/);
      return INTEGER.test(tokens[0]!) && INTEGER.test(tokens[1] ?? '') ? [resultLine(tokens, i + 1, factor)] : [];
    });
  return { ranks, lines };
}

function resultLine(tokens: readonly string[], lineNumber: number, factor: number | null): NcclTestsLine {
  // Behind the halves there may be a date and a time.
  const last = tokens.findLastIndex((token) => NUMBER.test(token) || token === 'N/A');
  const columns = tokens.slice(0, last + 1);
  const headLength = columns.length - 2 * HALF;
  if (headLength < FEWEST_HEAD || headLength > MOST_HEAD || columns.length < tokens.length - 2) {
    throw malformed({ line: lineNumber }, `${tokens.length} columns`, ONE_PROCESS);
  }
  const [size, count, type, redop, root] = columns.slice(0, headLength);
  const sizeBytes = Number(size);
  const halves = [columns.slice(headLength, headLength + HALF), columns.slice(headLength + HALF)].map((half) => {
    const wrongWord = half.find((token, i) => !NUMBER.test(token) && !(i === HALF - 1 && token === 'N/A'));
    if (wrongWord !== undefined) throw malformed({ line: lineNumber }, `"${wrongWord}" where a number should be`, ONE_PROCESS);
    return measurement(half, sizeBytes, factor);
  });
  return {
    sizeBytes,
    count: Number(count),
    type: type!,
    redop: redop ?? null,
    root: root === undefined ? null : Number(root),
    outOfPlace: halves[0]!,
    inPlace: halves[1]!,
  };
}

/** null: the result was wrong. New versions print a whole number of wrong elements, old ones an error such as 1e-07. */
function measurement(half: readonly string[], sizeBytes: number, factor: number | null): NcclTestsMeasurement | null {
  const [time, , , check] = half as [string, string, string, string];
  const isCount = INTEGER.test(check);
  if (check !== 'N/A' && (isCount ? Number(check) !== 0 : !(Number(check) < TOLERATED_ERROR))) return null;
  return measurementOf(sizeBytes, Number(time), isCount ? Number(check) : null, factor);
}
