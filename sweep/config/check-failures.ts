import { downCount, MAX_FLAPS } from '../../sim/base/failed-links.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { GraphSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import { graphCableName, linkExists, linkNames, switchExists, switchNames } from '../../topologies/link-names.ts';
import type { Say } from './contradiction.ts';
import { courseOf, faultKey, isKnownFromStart } from './failure-specs.ts';
import type { Config } from './schema/config.ts';
import type { FailureConfig } from './schema/failures.ts';
import { topologySpec } from './topology-spec.ts';

/** Contradictions inside the list of failures, and between it and the fabric. */
export function checkFailures({ topology, failures = [], nic }: Partial<Config>, say: Say): void {
  const fabric = topology === undefined ? null : topologySpec(topology);
  failures.forEach((failure, i) => {
    const path = ['failures', i];
    if ((failure.link === undefined) === (failure.switch === undefined)) {
      const what = failure.link === undefined ? 'neither a link nor a switch' : 'a link and a switch';
      say(path, what, 'give link: leaf0-spine0, or switch: spine0');
      return;
    }
    checkTimes(failure, i, say);
    if (nic?.acks === 'none' && !isKnownFromStart(failure) && failure.rate === undefined) {
      say(path, 'a link that loses packets needs ACKs', 'remove nic.acks: none');
    }
    const other = failures.slice(0, i).find((earlier) => overlaps(earlier, failure));
    if (other !== undefined) {
      const [key, name] = failure.link === undefined ? ['switch', failure.switch] : ['link', failure.link];
      say([...path, key], `${key} "${name}" is down already`, other.until === undefined ? 'remove one' : 'let one end first');
    }
    if (fabric !== null) checkName(failure, i, fabric, say);
  });
}

/** Two entries that take the same thing down at the same time. */
function overlaps(a: FailureConfig, b: FailureConfig): boolean {
  const isDown = ({ rate, loss, ber }: FailureConfig): boolean => rate === undefined && loss === undefined && ber === undefined;
  const sameName = a.link === b.link && a.switch === b.switch;
  const sameSide = a.direction === b.direction || a.direction === 'both' || b.direction === 'both';
  return sameName && sameSide && isDown(a) && isDown(b) && a.at < (b.until ?? Infinity) && b.at < (a.until ?? Infinity);
}

function checkTimes(failure: FailureConfig, i: number, say: Say): void {
  const { at, until, rate, loss, ber, flap, converge, direction } = failure;
  const key = faultKey(failure);
  const given = Object.entries({ rate, loss, ber, flap }).filter(([, value]) => value !== undefined);
  if (given.length > 1) say(['failures', i, given[1]![0]], `${given[0]![0]} and ${given[1]![0]} in one entry`, 'write two entries');
  if (until !== undefined && until <= at) {
    say(['failures', i, 'until'], `it ends at ${timeText(until)} and begins at ${timeText(at)}`, 'choose a later until');
  } else if (flap !== undefined && until === undefined) {
    say(['failures', i, 'flap'], 'a link that flaps without end', 'give until');
  } else if (flap !== undefined && downCount(courseOf(failure)) > MAX_FLAPS) {
    say(
      ['failures', i, 'flap'],
      `a link that flaps ${downCount(courseOf(failure))} times`,
      `at most ${MAX_FLAPS} times: a longer period, or an earlier until`,
    );
  }
  if (converge !== undefined && key !== null && key !== 'flap') {
    say(['failures', i, 'converge'], `routing does not see ${key}`, 'remove the key; only links that go down are withdrawn');
  }
  if (direction !== 'both' && failure.switch !== undefined) {
    say(['failures', i, 'direction'], 'a switch fails in both directions', 'remove the key, or name its links');
  }
}

function checkName({ link, switch: name, rate }: FailureConfig, i: number, fabric: TopologySpec, say: Say): void {
  if (link !== undefined && !linkExists(fabric, link)) {
    say(['failures', i, 'link'], `no link "${link.slice(0, 40)}" in this fabric`, linkNames(fabric));
  } else if (name !== undefined && !switchExists(fabric, name)) {
    say(['failures', i, 'switch'], `no switch "${name.slice(0, 40)}" in this fabric`, switchNames(fabric));
  } else if (rate !== undefined && 'bps' in rate) {
    const slowest = slowestRateBps(fabric, (link ?? name)!);
    if (rate.bps > slowest) {
      say(['failures', i, 'rate'], `${rateText(rate.bps)} is above the rate of ${link ?? 'its links'}`, `at most ${rateText(slowest)}`);
    }
  }
}

/** Of the links that a name stands for. */
function slowestRateBps(fabric: TopologySpec, name: string): number {
  if (fabric.kind === 'graph') return slowestOfGraph(fabric, name);
  const host = fabric.hostLink.rateBps;
  if (name.startsWith('host')) return host;
  const [lower, upper] = name.split('-');
  switch (fabric.kind) {
    case 'leaf-spine':
    case 'rail': {
      const { rateBps, perSpineRateBps } = fabric.fabricLink;
      const ofSpine = (spine: string): number => perSpineRateBps?.[Number(spine.slice('spine'.length))] ?? rateBps;
      if (upper !== undefined) return ofSpine(upper);
      if (lower!.startsWith('spine')) return ofSpine(lower!);
      return (perSpineRateBps ?? [rateBps]).reduce((slowest, rate) => Math.min(slowest, rate), host);
    }
    case 'fat-tree': {
      const fabricBps = fabric.fabricLink.rateBps;
      const coreBps = fabric.coreLink.rateBps;
      if (upper !== undefined) return upper.startsWith('agg') ? fabricBps : coreBps;
      if (lower!.startsWith('tor')) return Math.min(host, fabricBps);
      return lower!.startsWith('agg') ? Math.min(fabricBps, coreBps) : coreBps;
    }
  }
}

/** Of the cables that a name stands for: one, a bundle, or all of a switch. */
function slowestOfGraph(fabric: GraphSpec, name: string): number {
  const [, pair = name] = /^(.*-switch\d+)-\d+$/.exec(name) ?? [];
  const named = fabric.cables.filter((cable) => {
    const ends = graphCableName(fabric, cable);
    return ends === pair || ends.split('-').includes(name);
  });
  return named.reduce((slowest, { rateBps }) => Math.min(slowest, rateBps), Infinity);
}

const timeText = (ps: number): string => formatQuantity(ps, 'time');
const rateText = (bps: number): string => formatQuantity(bps, 'rate');
