import { describe, expect, test } from 'vitest';
import { probeLines } from '../../analysis/probe-lines.ts';
import type { ProbeSeries } from '../../sim/base/probe-tables.ts';

const EVERY_PS = 1e6;

/** Changes as [sample, link, value]. */
const seriesOf = (...changes: readonly (readonly [sample: number, link: number, value: number])[]): ProbeSeries => ({
  timePs: Float64Array.from(changes, ([sample]) => sample * EVERY_PS),
  place: Uint32Array.from(changes, ([, link]) => link),
  value: Float64Array.from(changes, ([, , value]) => value),
});

const linesOf = (queueBytes: ProbeSeries | null, utilisation: ProbeSeries | null) =>
  probeLines({ everyPs: EVERY_PS, queueBytes, utilisation, pausedPs: null, pauses: null, reorderPackets: null }, (link) => `link${link}`);

describe('the lines of probes', () => {
  test('are those of the links with the longest queues, first the longest', () => {
    const changes = Array.from({ length: 9 }, (_, link) => [1, link, 10 * (link === 4 ? 20 : link + 1)] as const);
    const { queueBytes, utilisation } = linesOf(seriesOf(...changes), null);
    expect(queueBytes.map(({ link }) => link)).toEqual(['link4', 'link8', 'link7', 'link6', 'link5', 'link3']);
    expect(utilisation).toEqual([]);
  });

  test('are those of the links that carried most, however steadily', () => {
    const series = seriesOf([1, 0, 1], [1, 1, 0.3], [2, 0, 0], [10, 1, 0]);
    expect(linesOf(null, series).utilisation.map(({ link }) => link)).toEqual(['link1', 'link0']);
  });

  test('have a point a sample as long as these are few: a value holds until the next one', () => {
    const { queueBytes } = linesOf(seriesOf([1, 7, 100], [3, 7, 50], [6, 7, 0]), null);
    expect(queueBytes).toEqual([{ link: 'link7', timesUs: [1, 2, 3, 4, 5, 6], values: [100, 100, 50, 50, 50, 0] }]);
  });

  test('keep the largest queue and the mean utilisation where a point stands for several samples', () => {
    // 1200 samples are 400 points of three.
    const queues = seriesOf([1, 0, 5], [2, 0, 9], [3, 0, 1], [5, 0, 0], [1200, 0, 0]);
    const use = seriesOf([1, 0, 0.3], [2, 0, 0.9], [5, 0, 0], [1200, 0, 0.6]);
    const { queueBytes, utilisation } = linesOf(queues, use);
    expect(queueBytes[0]!.timesUs).toHaveLength(400);
    expect(queueBytes[0]!.timesUs.slice(0, 2)).toEqual([3, 6]);
    expect(queueBytes[0]!.values.slice(0, 3)).toEqual([9, 1, 0]);
    expect(utilisation[0]!.values.slice(0, 3)).toEqual([0.7, 0.3, 0]);
    expect(utilisation[0]!.values.at(-1)).toBe(0.2);
  });

  test('are none where nothing was recorded', () => {
    expect(linesOf(seriesOf(), seriesOf())).toEqual({ queueBytes: [], utilisation: [] });
  });
});
