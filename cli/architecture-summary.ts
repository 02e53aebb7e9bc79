import { sweepView } from '../analysis/charts/dimensions.ts';
import { operatingPoints } from '../analysis/cross-layer/architectures.ts';
import { decibel, integratedVerdict, intervalText, percentChange, standings, verdictWord } from '../analysis/cross-layer/comparison.ts';
import type { CellRecord } from '../analysis/rows.ts';
import type { TextTable } from './text-table.ts';

/**
 * For people: each architecture of a wireless sweep against the layered one at equal energy, and in words where the integrated one wins and
 * where not. Null where the sweep compares no architectures.
 */
export function architectureSummary(
  records: readonly CellRecord[],
  sweptKeys: readonly string[],
): { readonly table: TextTable; readonly lines: readonly string[] } | null {
  const keys = sweptKeys.filter((key) => key !== 'seed');
  const view = sweepView({ sweptKeys: keys, charts: null, records, expectedCells: records.length });
  const all = standings(operatingPoints(records, view));
  if (all.length === 0) return null;
  const verdict = integratedVerdict(all);
  return {
    table: {
      columns: ['operating point', 'architecture', 'PSNR dB - layered', '95 % interval', 'energy', 'verdict'],
      rows: all.map(({ point, kind, result }) => [
        point,
        kind,
        result.difference === null ? '-' : decibel(result.difference.mean),
        result.difference === null ? '-' : intervalText(result.difference),
        result.energyChange === null ? '-' : percentChange(result.energyChange),
        verdictWord(result),
      ]),
    },
    lines:
      verdict === null
        ? []
        : [verdict.sentence, ...(verdict.others.length === 0 ? [] : ['It does not at:']), ...verdict.others.map((line) => `  ${line}`)],
  };
}
