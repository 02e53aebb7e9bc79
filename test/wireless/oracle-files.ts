import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../shared/reference/wireless-oracles');

/** Reference values are beside the project, not in it. */
export const oracleFilesMissing = !existsSync(FOLDER) && process.env.CI !== 'true';
if (oracleFilesMissing)
  console.warn('skipped: the wireless reference values are not beside the project (../shared/reference/wireless-oracles)');

/** The rows of a file of reference values, by column; text where it is no number. */
export function oracleRows(file: string): readonly Readonly<Record<string, number | string>>[] {
  const [header, ...lines] = readFileSync(join(FOLDER, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(','));
  return lines.map((fields) =>
    Object.fromEntries(header!.map((name, i) => [name, Number.isNaN(Number(fields[i])) ? fields[i]! : Number(fields[i])])),
  );
}
