import { busbwFactor, gigabytesPerSecond } from '../../sim/base/busbw.ts';
import type { CollectiveKind } from '../../sim/base/collective-spec.ts';

/** One line of a table. */
export interface NcclTestsResult {
  readonly kind: CollectiveKind;
  /** nccl-tests meaning: the larger of send and receive buffer. */
  readonly sizeBytes: number;
  readonly ranks: number;
  readonly timeUs: number;
}

/** Collectives that reduce, and that have a root. */
const REDUCES: readonly CollectiveKind[] = ['all-reduce', 'reduce-scatter', 'reduce'];
const HAS_ROOT: readonly CollectiveKind[] = ['broadcast', 'reduce', 'gather', 'scatter'];
/** Whose size is what one call is given; of the others it is p times that. */
const COUNTS_WHOLE: readonly CollectiveKind[] = ['all-reduce', 'broadcast', 'reduce', 'send-recv'];
const FLOAT_BYTES = 4;

const HEADER = [
  '#',
  '#                                                              out-of-place                       in-place          ',
  '#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  #wrong ',
  '#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)         ',
];

/**
 * A table as nccl-tests prints it: header, a line for each result, trailer. Both halves of a line hold the same values.
 *
 * @param root of those collectives that have one
 */
export function ncclTestsTable(results: readonly NcclTestsResult[], root = 0): string {
  const busbws = results.map((result) => busbwOf(result));
  const average = busbws.length === 0 ? 0 : busbws.reduce((sum, busbw) => sum + busbw, 0) / busbws.length;
  const trailer = ['# Out of bounds values : 0 OK', `# Avg bus bandwidth    : ${significant(average)} `, '#'];
  return [...HEADER, ...results.map((result) => line(result, root)), ...trailer].map((each) => `${each}\n`).join('');
}

const algbwOf = ({ sizeBytes, timeUs }: NcclTestsResult): number => gigabytesPerSecond(sizeBytes, timeUs);
const busbwOf = (result: NcclTestsResult): number => algbwOf(result) * (busbwFactor(result.kind, result.ranks) ?? 0);

function line(result: NcclTestsResult, root: number): string {
  const { kind, sizeBytes, ranks, timeUs } = result;
  const count = Math.floor(sizeBytes / FLOAT_BYTES / (COUNTS_WHOLE.includes(kind) ? 1 : ranks));
  const redop = REDUCES.includes(kind) ? 'sum' : 'none';
  const rootText = String(HAS_ROOT.includes(kind) ? root : -1);
  const head = `${String(sizeBytes).padStart(12)}  ${String(count).padStart(12)}  ${'float'.padStart(8)}  ${redop.padStart(6)}  ${rootText.padStart(6)}`;
  const half = `  ${fitted(timeUs, 7)}  ${fitted(algbwOf(result), 6)}  ${fitted(busbwOf(result), 6)}  ${'0'.padStart(6)}`;
  return head + half + half;
}

/** As many decimals, of two, as the width has room for; where not even the whole number fits, an exponent. */
function fitted(value: number, width: 6 | 7): string {
  const decimals = [2, 1, 0].map((digits) => value.toFixed(digits)).find((text) => text.length <= width);
  return (decimals ?? exponential(value, width === 7 ? 1 : 0)).padStart(width);
}

/** C's `%.<digits>e`: an exponent of at least two digits. */
const exponential = (value: number, digits: number): string =>
  value.toExponential(digits).replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);

/** C's `%g`: six significant digits, without trailing zeros. */
function significant(value: number): string {
  const text = value.toPrecision(6);
  if (!text.includes('e')) return String(Number(text));
  return exponential(value, 5).replace(/\.?0+e/, 'e');
}
