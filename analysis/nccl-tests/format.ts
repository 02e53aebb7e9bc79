import { averageBusbw, type NcclTestsResult, ncclTestsValues, type NcclTestsValues } from './values.ts';

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
  const values = results.map((result) => ncclTestsValues(result, root));
  const trailer = ['# Out of bounds values : 0 OK', `# Avg bus bandwidth    : ${significant(averageBusbw(values))} `, '#'];
  return [...HEADER, ...values.map(line), ...trailer].map((each) => `${each}\n`).join('');
}

function line({ sizeBytes, count, type, redop, root, timeUs, algbwGBps, busbwGBps }: NcclTestsValues): string {
  const head = `${String(sizeBytes).padStart(12)}  ${String(count).padStart(12)}  ${type.padStart(8)}  ${redop.padStart(6)}  ${String(root).padStart(6)}`;
  const half = `  ${fitted(timeUs, 7)}  ${fitted(algbwGBps, 6)}  ${fitted(busbwGBps, 6)}  ${'0'.padStart(6)}`;
  return head + half + half;
}

/**
 * The same as rccl-tests writes it with `-Z csv`: a header, and a line for each result.
 *
 * @param root of those collectives that have one
 */
export function rcclTestsCsv(results: readonly NcclTestsResult[], root = 0): string {
  const lines = results.map((result) => {
    const { sizeBytes, count, type, redop, root: own, timeUs, algbwGBps, busbwGBps } = ncclTestsValues(result, root);
    const numbers = [fitted(timeUs, 7), fitted(algbwGBps, 6), fitted(busbwGBps, 6)].map((text) => text.trim());
    return [sizeBytes, count, type, redop, own, ...numbers, 0].join();
  });
  return [CSV_COLUMNS.join(), ...lines].map((each) => `${each}\n`).join('');
}

/** Columns of rccl-tests. */
export const CSV_COLUMNS = ['size', 'count', 'type', 'redop', 'root', 'time', 'algbw', 'busbw', 'wrong'] as const;

/** One size in the JSON output of nccl-tests (`-J`): the root is a string there, times are in us, bandwidths in GB/s. */
export interface NcclTestsJsonLine {
  readonly size: number;
  readonly count: number;
  readonly type: string;
  readonly redop: string;
  readonly root: string;
  readonly out_of_place: NcclTestsJsonHalf;
  readonly in_place: NcclTestsJsonHalf;
}

export interface NcclTestsJsonHalf {
  readonly time: number;
  readonly alg_bw: number;
  readonly bus_bw: number;
  readonly nwrong: number;
}

/**
 * The lines of a table under the keys of nccl-tests' JSON output. Numbers are not rounded.
 *
 * @param root of those collectives that have one
 */
export function ncclTestsJson(results: readonly NcclTestsResult[], root = 0): NcclTestsJsonLine[] {
  return results.map((result) => {
    const { sizeBytes, count, type, redop, root: own, timeUs, algbwGBps, busbwGBps } = ncclTestsValues(result, root);
    const half = { time: timeUs, alg_bw: algbwGBps, bus_bw: busbwGBps, nwrong: 0 };
    return { size: sizeBytes, count, type, redop, root: String(own), out_of_place: half, in_place: half };
  });
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
