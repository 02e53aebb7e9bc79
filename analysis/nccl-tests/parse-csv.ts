import { CSV_COLUMNS } from './format.ts';
import { malformed, measurementOf, type NcclTestsLine } from './measurement.ts';

const COUNT = /^\d+$/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * The lines of what rccl-tests writes with `-Z csv`; null: this is something else. It has one half, and times only of right results.
 *
 * @throws ImportError for a line below the header that has other columns
 */
export function csvLines(lines: readonly string[], factor: number | null): NcclTestsLine[] | null {
  const header = CSV_COLUMNS.join();
  const isHeader = (line: string): boolean => line.replaceAll(' ', '') === header;
  const first = lines.findIndex(isHeader);
  if (first < 0) return null;
  return lines.flatMap((line, i): NcclTestsLine[] => {
    if (i < first || line === '' || line.startsWith('#') || isHeader(line)) return [];
    const fields = line.split(',').map((field) => field.trim());
    const [size, count, type, redop, root, time, , , wrong] = fields;
    const isRight =
      fields.length === CSV_COLUMNS.length &&
      [size, count].every((text) => COUNT.test(text!)) &&
      [root, time].every((text) => NUMBER.test(text!));
    if (!isRight) throw malformed({ line: i + 1 }, line.slice(0, 80), `columns are ${header}`);
    const isChecked = COUNT.test(wrong!);
    const sizeBytes = Number(size);
    const outOfPlace = isChecked && Number(wrong) > 0 ? null : measurementOf(sizeBytes, Number(time), isChecked ? 0 : null, factor);
    return [{ sizeBytes, count: Number(count), type: type!, redop: redop!, root: Number(root), outOfPlace, inPlace: null }];
  });
}
