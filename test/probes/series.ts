import type { ProbeSeries } from '../../sim/base/probe-tables.ts';

/** The value of each of `places` places at each of the first `samples` instants: dense[sample - 1][place]. */
export function denseOf({ timePs, place, value }: ProbeSeries, everyPs: number, samples: number, places: number): number[][] {
  const dense: number[][] = [];
  let now = new Array<number>(places).fill(0);
  let next = 0;
  for (let sample = 1; sample <= samples; sample++) {
    now = [...now];
    for (; next < timePs.length && timePs[next] === sample * everyPs; next++) now[place[next]!] = value[next]!;
    dense.push(now);
  }
  return dense;
}
