import { describe, expect, test } from 'vitest';
import type { EtherealSpec } from '../../sim/base/balancer-spec.ts';
import { PacketStreams } from '../../sim/base/random.ts';
import { EtherealPaths } from '../../sim/balancing/ethereal-paths.ts';
import { CLOCK_PLACES, NOW, START } from '../../sim/engine/record.ts';
import { ethereal, fabric, messages, plan } from './fabric.ts';

const TOPOLOGY = fabric({ leaves: 3, spines: 4, hostsPerLeaf: 2 });
const TIMEOUT_PS = 1000;

/** Hosts 0 and 1 send eight messages each: to leaf 1, to leaf 2, and one inside the rack. */
const FLOW_PLAN = plan(
  TOPOLOGY,
  messages(6, [
    ...[0, 1].flatMap((src) => [2, 3, 2, 3, 2, 4, 5].map((dst) => ({ src, dst, bytes: 40_960 }))),
    { src: 0, dst: 1, bytes: 4096 },
  ]),
  ethereal({ split: 'none', shuffleFlows: false, shufflePaths: false, shuffleDestinations: false }),
);

const flowsOf = (host: number, leaf: number): number[] =>
  Array.from({ length: FLOW_PLAN.flows }, (_, f) => f).filter(
    (f) => FLOW_PLAN.srcHost[f] === host && TOPOLOGY.torOfHost[FLOW_PLAN.dstHost[f]!] === leaf,
  );

interface Run {
  readonly paths: EtherealPaths;
  send(flow: number, atPs: number): number;
  answer(flow: number, atPs: number): void;
  timeout(flow: number, atPs: number): void;
}

function run(changes: Partial<EtherealSpec> = {}): Run {
  const clock = new Float64Array(CLOCK_PLACES);
  const paths = new EtherealPaths(
    TOPOLOGY,
    FLOW_PLAN,
    ethereal({ failedAfterPs: 0, failedPathTimeoutPs: TIMEOUT_PS, ...changes }),
    7,
    clock,
  );
  return {
    paths,
    send: (flow, atPs) => {
      clock[START] = atPs;
      return paths.next(flow, FLOW_PLAN.srcHost[flow]!);
    },
    answer: (flow, atPs) => {
      clock[NOW] = atPs;
      paths.onAck(flow);
    },
    timeout: (flow, atPs) => {
      clock[NOW] = atPs;
      paths.onTimeout(flow);
    },
  };
}

const [first, second] = flowsOf(0, 1) as [number, number];

describe('paths of Ethereal while running', () => {
  test('are those of the plan until something times out', () => {
    const { send } = run();
    for (let flow = 0; flow < FLOW_PLAN.flows; flow++) expect(send(flow, 10)).toBe(Math.max(0, FLOW_PLAN.path[flow]!));
  });

  test('a timeout moves the flow to a path drawn among those that are good', () => {
    const { send, timeout, paths } = run();
    const draws = new PacketStreams(7, 'repath', TOPOLOGY.hosts);
    const failed = send(first, 10);
    timeout(first, 20);
    const good = [0, 1, 2, 3].filter((path) => path !== failed);
    expect(send(first, 30)).toBe(good[draws.below(0, 3)]);
    expect(paths.pathOf(first)).toBe(send(first, 40));
  });

  test('every timeout takes one more path away, until all are bad and any other will do', () => {
    const { send, timeout } = run();
    const used = new Set([send(first, 0)]);
    for (let i = 1; i <= 3; i++) {
      timeout(first, i);
      used.add(send(first, i));
      expect(used.size).toBe(i + 1);
    }
    const last = send(first, 4);
    timeout(first, 5);
    expect(send(first, 5)).not.toBe(last);
  });

  test('a later flow that would start on a bad path is moved; one that has started stays', () => {
    const { send, timeout } = run();
    const bad = FLOW_PLAN.path[first]!;
    const later = flowsOf(0, 1).filter((flow) => flow !== first && FLOW_PLAN.path[flow] === bad);
    expect(later).toHaveLength(1);
    expect(send(first, 0)).toBe(bad);
    timeout(first, 10);
    expect(send(later[0]!, 10 + TIMEOUT_PS - 1)).not.toBe(bad);
    const started = run();
    started.send(later[0]!, 5);
    started.send(first, 5);
    started.timeout(first, 10);
    expect(started.send(later[0]!, 11)).toBe(bad);
  });

  test('after its time a path is good again', () => {
    const { send, timeout } = run();
    const bad = FLOW_PLAN.path[first]!;
    const later = flowsOf(0, 1).find((flow) => flow !== first && FLOW_PLAN.path[flow] === bad)!;
    send(first, 0);
    timeout(first, 10);
    expect(send(later, 10 + TIMEOUT_PS)).toBe(bad);
  });

  test('what a host learns of one leaf says nothing of another one, nor of another host', () => {
    const { send, timeout } = run();
    for (const flow of flowsOf(0, 1)) {
      send(flow, 0);
      timeout(flow, 1);
    }
    for (const flow of [...flowsOf(0, 2), ...flowsOf(1, 1), ...flowsOf(1, 2)]) expect(send(flow, 2)).toBe(FLOW_PLAN.path[flow]);
  });

  test('repath: random looks at nothing but the failed path', () => {
    const { send, timeout } = run({ repath: 'random' });
    const draws = new PacketStreams(7, 'repath', TOPOLOGY.hosts);
    let path = send(first, 0);
    for (let i = 1; i <= 20; i++) {
      timeout(first, i);
      path = [0, 1, 2, 3].filter((other) => other !== path)[draws.below(0, 3)]!;
      expect(send(first, i)).toBe(path);
    }
  });

  test('packets that time out one by one move the flow once', () => {
    const { send, timeout } = run();
    send(second, 0);
    timeout(second, 10);
    const path = send(second, 10);
    timeout(second, 10);
    timeout(second, 10);
    expect(send(second, 10)).toBe(path);
  });

  test('a timeout counts only after a silence of failedAfter, and a new path has its own', () => {
    const { send, answer, timeout } = run({ failedAfterPs: 100 });
    const planned = send(first, 50);
    timeout(first, 149);
    expect(send(first, 149)).toBe(planned);
    answer(first, 149);
    timeout(first, 248);
    expect(send(first, 248)).toBe(planned);
    timeout(first, 249);
    const moved = send(first, 249);
    expect(moved).not.toBe(planned);
    timeout(first, 348);
    expect(send(first, 348)).toBe(moved);
    timeout(first, 349);
    expect([planned, moved]).not.toContain(send(first, 349));
  });

  test('a host with one path stays on it, and flows inside a rack have none', () => {
    const one = fabric({ leaves: 2, spines: 1, hostsPerLeaf: 2 });
    const flows = plan(
      one,
      messages(4, [
        { src: 0, dst: 2, bytes: 1 },
        { src: 0, dst: 1, bytes: 1 },
      ]),
      ethereal(),
    );
    const clock = new Float64Array(CLOCK_PLACES);
    const paths = new EtherealPaths(one, flows, ethereal({ failedAfterPs: 0 }), 1, clock);
    clock[NOW] = 5;
    for (const flow of [0, 1]) {
      paths.onTimeout(flow);
      expect(paths.next(flow, 0)).toBe(0);
    }
  });
});
