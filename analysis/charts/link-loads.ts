import type { FabricLinkRecord } from '../rows.ts';
import { describeRow, idOf, labelOf } from './dimensions.ts';
import type { CellGroup, SweepView } from './dimensions.ts';

/**
 * Loads of the links between leaves and spines in one run. Entry leaf * spines + spine belongs to that pair; of parallel links it is the
 * busiest one. null: no live link.
 */
export interface LinkLoads {
  /** What the run is, for a person. */
  readonly label: string;
  /** The same in two parts: the value of the series dimension, and the rest. */
  readonly seriesLabel: string;
  readonly scenarioLabel: string;
  readonly leaves: number;
  readonly spines: number;
  /** Most parallel links of a pair. */
  readonly linksPerPair: number;
  readonly deadLinks: number;
  readonly up: Direction;
  readonly down: Direction;
}

export interface Direction {
  readonly bytes: readonly (number | null)[];
  /**
   * The link's load over its rate, as a multiple of what the busiest link has under perfect spraying: 1 is the best that the busiest
   * link can do, and the largest of a run is its `congestion_ratio`. (A link's own ideal would divide by 0 where spraying puts nothing.)
   */
  readonly ratio: readonly (number | null)[];
}

export const DIRECTIONS = ['up', 'down'] as const;

/** The loads of the first seed of a combination of swept values; null if it does not run on a fabric of leaves and spines. */
export function linkLoads(view: SweepView, group: CellGroup): LinkLoads | null {
  const record = group.records[0]!;
  const fabric = leafSpineLoads(record.fabricLinks);
  if (fabric === null) return null;
  const seriesLabel = view.series === null ? '' : labelOf(view.series.keys, record.row);
  const scenarioLabel = describeRow(view.others, record.row);
  const label = [seriesLabel, scenarioLabel].filter((part) => part !== '').join(' · ');
  return { label: `${label === '' ? 'the run' : label} (seed ${String(record.row['seed'])})`, seriesLabel, scenarioLabel, ...fabric };
}

/** The loads of the first scenario that runs on such a fabric, one for each value of the series. */
export function firstScenarioLoads(view: SweepView): readonly LinkLoads[] {
  const scenarioOf = ({ records }: CellGroup): string => JSON.stringify(view.others.map(({ keys }) => idOf(keys, records[0]!.row)));
  const first = view.groups.find((group) => linkLoads(view, group) !== null);
  if (first === undefined) return [];
  const scenario = scenarioOf(first);
  return view.groups.filter((group) => scenarioOf(group) === scenario).flatMap((group) => linkLoads(view, group) ?? []);
}

/** The largest ratio of a run; 0 without traffic. */
export const largestRatio = ({ up, down }: LinkLoads): number =>
  Math.max(0, ...up.ratio.map((r) => r ?? 0), ...down.ratio.map((r) => r ?? 0));

function leafSpineLoads(links: readonly FabricLinkRecord[]): Omit<LinkLoads, 'label' | 'seriesLabel' | 'scenarioLabel'> | null {
  const placed = links.map((link) => ({ link, place: placeOf(link) }));
  if (placed.length === 0 || placed.some(({ place }) => place === null)) return null;
  const leaves = 1 + placed.reduce((most, { place }) => Math.max(most, place!.leaf), 0);
  const spines = 1 + placed.reduce((most, { place }) => Math.max(most, place!.spine), 0);
  // Time of the busiest link under perfect spraying, in bytes per unit of rate: what every link is compared with.
  const idealTime = links.reduce((most, { up, idealBytes, rateBps }) => (up ? Math.max(most, idealBytes / rateBps) : most), 0);
  const empty = (): { bytes: (number | null)[]; ratio: (number | null)[] } => ({
    bytes: Array.from({ length: leaves * spines }, () => null),
    ratio: Array.from({ length: leaves * spines }, () => null),
  });
  const directions = { up: empty(), down: empty() };
  const cables = new Int32Array(leaves * spines);
  let deadLinks = 0;
  for (const { link, place } of placed) {
    const { leaf, spine, direction } = place!;
    const pair = leaf * spines + spine;
    if (direction === 'up') cables[pair]! += 1;
    if (!link.up) {
      deadLinks += 1;
      continue;
    }
    const { bytes, ratio } = directions[direction];
    const own = idealTime === 0 ? 0 : link.loadBytes / link.rateBps / idealTime;
    if (bytes[pair] === null || own > ratio[pair]!) {
      bytes[pair] = link.loadBytes;
      ratio[pair] = own;
    }
  }
  return { leaves, spines, linksPerPair: cables.reduce((most, count) => Math.max(most, count), 0), deadLinks, ...directions };
}

function placeOf({ from, to }: FabricLinkRecord): { leaf: number; spine: number; direction: 'up' | 'down' } | null {
  const names = /^(leaf|spine)(\d+) (leaf|spine)(\d+)$/.exec(`${from} ${to}`);
  if (names === null || names[1] === names[3]) return null;
  const [first, second] = [Number(names[2]), Number(names[4])];
  return names[1] === 'leaf' ? { leaf: first, spine: second, direction: 'up' } : { leaf: second, spine: first, direction: 'down' };
}
