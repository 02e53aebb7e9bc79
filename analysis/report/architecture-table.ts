import { operatingPoints } from '../cross-layer/architectures.ts';
import { decibel, integratedVerdict, intervalText, mixText, percentChange, standings, verdictWord } from '../cross-layer/comparison.ts';
import type { ArchitectureStanding } from '../cross-layer/comparison.ts';
import type { SweepView } from '../charts/dimensions.ts';
import type { CellRecord } from '../rows.ts';
import type { Html } from './html.ts';
import { foldingList, tag, text } from './html.ts';

/** Points that are listed openly; the others fold away. */
const LISTED = 12;

/** What each architecture of a wireless sweep is worth against the layered one, at equal energy; empty where none are compared. */
export function architectureAnswer(records: readonly CellRecord[], view: SweepView): Html {
  const all = standings(operatingPoints(records, view));
  if (all.length === 0) return '';
  const verdict = integratedVerdict(all);
  return [
    verdict === null ? '' : tag('p', { class: 'lead' }, text(verdict.sentence)),
    verdict === null || verdict.others.length === 0
      ? ''
      : tag('p', {}, 'It does not at:') +
        foldingList(verdict.others.length, LISTED, 'more', 'answer', (i) => tag('li', {}, text(verdict.others[i]!))),
    table(all),
    tag(
      'p',
      { class: 'note' },
      'Energy is the mean power of the cell. What layered spends is the budget: an architecture with several settings takes the two on its ' +
        'Pareto front around the budget, each for a part of the time, or its best one, if that spends less. PSNR is compared seed by seed ' +
        '(the same seed is the same channel); in brackets the 95 % t-interval of the mean difference. The intervals are not corrected for ' +
        'the number of comparisons.',
    ),
  ].join('');
}

function table(all: readonly ArchitectureStanding[]): Html {
  const head = ['operating point', 'architecture', 'PSNR − layered', '95 % interval', 'energy', 'verdict', 'setting'];
  const numeric = [2, 3, 4];
  const cells = ({ point, kind, result }: ArchitectureStanding): string[] => [
    point,
    kind,
    result.difference === null ? '–' : `${decibel(result.difference.mean)} dB`,
    result.difference === null ? '–' : intervalText(result.difference),
    result.energyChange === null ? '–' : percentChange(result.energyChange),
    verdictWord(result),
    mixText(result),
  ];
  const row = (standing: ArchitectureStanding): Html =>
    tag(
      'tr',
      { class: standing.result.verdict === 'worse' ? 'bad' : null },
      ...cells(standing).map((cell, i) => tag('td', { class: numeric.includes(i) ? 'number' : null }, text(cell))),
    );
  return tag(
    'div',
    { class: 'scroll summary', tabindex: '0', role: 'region', 'aria-label': 'Architectures against layered' },
    tag(
      'table',
      {},
      tag('caption', {}, 'Each architecture against layered, with the energy that layered spends.'),
      tag(
        'thead',
        {},
        tag('tr', {}, ...head.map((title, i) => tag('th', { scope: 'col', class: numeric.includes(i) ? 'number' : null }, text(title)))),
      ),
      tag('tbody', {}, ...all.map(row)),
    ),
  );
}
