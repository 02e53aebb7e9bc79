import { beforeAll, describe, expect, test } from 'vitest';
import type { JobResult, RunResult } from '../../sim/base/result.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { BALANCERS } from '../../sim/balancing/catalogue.ts';
import { isSprayed } from '../../sim/balancing/plan.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { simulate } from '../../sim/simulate.ts';
import { runSingle } from '../../sweep/cells.ts';
import { attemptCell } from '../../sweep/run-cell.ts';
import { loadText } from '../config/load-text.ts';
import { runOnThreads } from '../sweep/built-threads.ts';

const scenarioOf = async (text: string): Promise<Scenario> => (await runSingle(await loadText(text))).scenario;
const run = async (text: string): Promise<RunResult> => simulate(await scenarioOf(text));

/** Hosts 0-7 hang on leaves 0 and 1, hosts 8-15 on leaves 2 and 3. */
const FABRIC = 'topology: { kind: leaf-spine, leaves: 4, spines: 4, hostsPerLeaf: 4, hostLink: { rate: 400Gbps, delay: 500ns } }\n';
/** Small queues, and marks without draws. */
const SMALL = 'queue: 60kB, ecn: { low: 30kB, high: 30kB }';
const DROPTAIL = `switch: { ${SMALL} }\n`;
const TRIMMING = `switch: { kind: composite, ${SMALL} }\n`;

interface JobText {
  readonly balancer: string;
  readonly transport: string;
}

const job = (name: string, { balancer, transport }: JobText, ranks: string, workload: string): string =>
  `  - { name: ${name}, ranks: ${ranks}, balancer: ${balancer}, transport: ${transport}, workload: ${workload} }\n`;

const LOW = '{ from: 0, count: 8 }';
const HIGH = '{ from: 8, count: 8 }';
const ALL = '{ from: 0, count: 16 }';
const exchange = (size: string): string => `{ kind: all-to-all, size: ${size} }`;
const QUIET = '{ kind: flows, flows: [{ src: 0, dst: 1, size: 1B }] }';

const kinds = Object.keys(BALANCERS) as BalancerSpec['kind'][];
const spelled = (kind: BalancerSpec['kind']): string => (kind === 'ecmp-split' ? '{ kind: ecmp-split, k: 3 }' : kind);

const DROPTAIL_TRANSPORTS = [
  'dctcp',
  '{ kind: fixed, rate: 150Gbps, recovery: gbn }',
  'swift',
  '{ kind: dctcp-rate, recovery: gbn, nackInterval: 10us }',
  'hpcc',
  'dcqcn',
  '{ kind: dctcp, recovery: timers }',
  'timely',
  'dcqcn-mlx',
] as const;
const TRIMMING_TRANSPORTS = [
  'nscc',
  'rccc',
  '{ kind: dctcp-rate, recovery: gbn, nackInterval: 10us }',
  'eqds',
  'ndp',
  'dctcp',
  '{ kind: fixed, rate: 200Gbps, recovery: timers }',
] as const;

/** Each balancer with some transport, beside another one with another transport. */
const pairs = (transports: readonly string[]): { own: JobText; other: JobText }[] => {
  const at = (i: number): JobText => {
    const kind = kinds[i % kinds.length]!;
    const transport = transports[i % transports.length]!;
    const repeatsOtherwise = /gbn|timers|rccc|eqds|ndp/.test(transport);
    const clashes =
      (transport === 'hpcc' && isSprayed(kind)) ||
      (kind === 'mp-rdma' && repeatsOtherwise) ||
      ((kind === 'plb-delay' || kind === 'hopper') && transport.includes('gbn'));
    return { balancer: spelled(kind), transport: clashes ? 'dctcp' : transport };
  };
  return kinds.map((_, i) => ({ own: at(i), other: at(i + 1 + (i % 5)) }));
};

const told = ({ fctPs, ...rest }: JobResult): object => ({ ...rest, fctPs: [...fctPs!] });

describe('a job that shares no link with another one', () => {
  const cases = [
    ...pairs(DROPTAIL_TRANSPORTS).map(({ own, other }) => ({ device: DROPTAIL, own, other })),
    ...pairs(TRIMMING_TRANSPORTS).map(({ own, other }) => ({ device: TRIMMING, own, other })),
  ].map((each, i) => ({
    ...each,
    isFirst: i % 2 === 0,
    name: `${each.own.balancer} / ${each.own.transport} beside ${each.other.balancer} / ${each.other.transport}`,
  }));

  test.each(cases)('ends as if the other one sent nothing: $name', async ({ device, own, other, isFirst }) => {
    const jobs = (workload: string): string => {
      const both = [job('own', own, LOW, exchange('400kB')), job('other', other, HIGH, workload)];
      return `${FABRIC}${device}jobs:\n${(isFirst ? both : both.toReversed()).join('')}`;
    };
    const loud = await run(jobs(exchange('500kB')));
    const quiet = await run(jobs(QUIET));
    expect(loud.unfinishedReason).toBeNull();
    const ownOf = (result: RunResult): object => told(result.jobs.find(({ name }) => name === 'own')!);
    expect(ownOf(loud)).toEqual(ownOf(quiet));
  });
});

describe('two jobs with equal balancers and transports', () => {
  const flows = (senders: readonly number[]): string =>
    senders.flatMap((src) => [1, 5, 6, 10].map((hop) => `{ src: ${src}, dst: ${(src + hop) % 16}, size: ${90 + src}kB }`)).join();
  const low = flows([0, 1, 2, 3, 4, 5, 6, 7]);
  const high = flows([8, 9, 10, 11, 12, 13, 14, 15]);
  const workload = (list: string): string => `{ kind: flows, flows: [${list}] }`;

  // Where hosts draw nothing. The flows of the first job come first by host, so that their numbers are the same.
  test.each([
    ...[DROPTAIL, TRIMMING].flatMap((device) =>
      ['ecmp', 'spray-switch-rr', 'spray-tor-rr', 'ofan', 'ar', '{ kind: ar, key: q-b }', 'drill', 'letflow', 'conga', 'wcmp'].map(
        (balancer) => [balancer, 'dctcp', device],
      ),
    ),
    ...['rccc', 'rccc-os', 'eqds', 'ndp', 'nscc'].map((transport) => ['ecmp', transport, TRIMMING]),
    ['ecmp', '{ kind: dctcp-rate, recovery: gbn, nackInterval: 10us }', DROPTAIL],
    ['ar', 'swift', DROPTAIL],
  ])('are one workload of the flows of both: %s, %s', async (balancer, transport, device) => {
    const both = { balancer: balancer!, transport: transport! };
    const mixed = await run(`${FABRIC}${device}jobs:\n${job('low', both, ALL, workload(low))}${job('high', both, ALL, workload(high))}`);
    const alone = await run(`${FABRIC}${device}balancer: ${balancer}\ntransport: ${transport}\nworkload: ${workload(`${low},${high}`)}\n`);
    expect(mixed.finished).toBe(true);
    const counts = ({ jobs: _jobs, worstPhaseCongestionRatio: _worst, boundPs: _bound, ...rest }: RunResult): object => rest;
    expect(counts(mixed)).toEqual(counts(alone));
  });
});

describe('jobs that share everything', () => {
  const mixes: Record<string, string> = {
    'go-back-N and trimming': `${FABRIC}${TRIMMING}jobs:
${job('a', { balancer: 'ecmp', transport: '{ kind: dctcp-rate, recovery: gbn, nackInterval: 10us }' }, ALL, exchange('1MB'))}${job(
      'b',
      { balancer: 'uec-mixed', transport: 'nscc' },
      ALL,
      exchange('400kB'),
    )}`,
    'two kinds of receiver credit, and none': `${FABRIC}${TRIMMING}jobs:
${job('a', { balancer: 'spray', transport: 'rccc' }, ALL, exchange('1MB'))}${job(
      'b',
      { balancer: 'mrc', transport: 'ndp' },
      ALL,
      exchange('1MB'),
    )}${job('c', { balancer: 'ofan', transport: 'dctcp' }, LOW, exchange('200kB'))}`,
    'pinned, hashed, adaptive and flowlets, with telemetry and pacing, and a background': `${FABRIC}${DROPTAIL}jobs:
${job('a', { balancer: 'ethereal', transport: 'hpcc' }, ALL, exchange('1MB'))}${job(
      'b',
      { balancer: 'plb', transport: 'swift' },
      ALL,
      exchange('1MB'),
    )}${job('c', { balancer: '{ kind: ar, key: q-b }', transport: 'dcqcn' }, HIGH, exchange('200kB'))}${job(
      'd',
      { balancer: 'conga', transport: 'dctcp' },
      '[3, 14, 1, 8]',
      exchange('200kB'),
    )}background: { load: 0.2, sizes: web-search, until: 60us, balancer: reps }
`,
  };

  test.each(Object.entries(mixes))('all end, and nothing of the engine shows: %s', async (_, text) => {
    const scenario = await scenarioOf(text);
    const result = simulate(scenario);
    expect(result.unfinishedReason).toBeNull();
    expect(result.jobs.map(({ finished }) => finished)).not.toContain(false);
    expect(simulate(scenario, { windowPs: 123_457 })).toEqual(result);
    const spec = { runId: 'a', seed: scenario.seed, swept: {}, scenario };
    expect(await runOnThreads(spec, 2)).toEqual(attemptCell(spec));
  });

  test('trimming makes headers of the packets of go-back-N too, and both jobs recover', async () => {
    const result = await run(mixes['go-back-N and trimming']!);
    expect(result.trims!).toBeGreaterThan(0);
    expect(result.retransmits!).toBeGreaterThanOrEqual(result.trims!);
  });
});

describe('what is of the job and what of the run', () => {
  const size = 4096 * 400;
  const flow = (dst: number): string => `{ kind: flows, flows: [{ src: 0, dst: ${dst}, size: ${size}B }] }`;

  test('a flow without pacing takes what a paced one of the same host leaves', async () => {
    const paced = { balancer: 'ecmp', transport: '{ kind: fixed, rate: 100Gbps }' };
    const greedy = { balancer: 'ecmp', transport: 'fixed' };
    const packetPs = 83_200;
    for (const order of [
      [paced, greedy],
      [greedy, paced],
    ] as const) {
      const jobs = order.map((text, i) => job(text === paced ? 'paced' : 'greedy', text, ALL, flow(i + 1))).join('');
      const result = await run(`${FABRIC}jobs:\n${jobs}`);
      const fct = (name: string): number => result.jobs.find((each) => each.name === name)!.fctPs![0]!;
      // Three packets of four are of the greedy flow. Propagation, and the ACK, take 2.1 us.
      expect(fct('greedy') / (((400 * 4) / 3) * packetPs + 2.1e6)).toBeCloseTo(1, 2);
      expect(fct('paced') / (400 * 4 * packetPs + 2.1e6)).toBeCloseTo(1, 2);
    }
  });

  test('an Ethereal batch holds back its own job only', async () => {
    const times = async (batchWindow: string): Promise<number[]> => {
      const ethereal = { balancer: `{ kind: ethereal, batchWindow: ${batchWindow}, startJitter: 0s }`, transport: 'fixed' };
      const jobs = job('e', ethereal, LOW, flow(4)) + job('h', { balancer: 'ecmp', transport: 'fixed' }, HIGH, flow(4));
      return (await run(`${FABRIC}jobs:\n${jobs}`)).jobs.map(({ completionPs }) => completionPs!);
    };
    const [held, free] = await times('7us');
    expect([held, free]).toEqual([(await times('0s'))[0]! + 7e6, (await times('0s'))[1]]);
  });

  test('each job has the timeout of its own transport, and nothing recovers for a job without recovery', async () => {
    const jobs = (rto: string): string =>
      job('lost', { balancer: 'ecmp', transport: '{ kind: fixed, recovery: none }' }, '[0, 8]', flow(1)) +
      job('late', { balancer: 'ecmp', transport: `{ kind: fixed, rto: ${rto} }` }, '[1, 8]', flow(1));
    const failures = 'failures: [{ link: host8-leaf2, at: 0s, until: 80us }]\n';
    const results = await Promise.all(['100us', '300us'].map((rto) => run(`${FABRIC}${failures}jobs:\n${jobs(rto)}`)));
    for (const result of results) expect(result.jobs.map(({ finished }) => finished)).toEqual([false, true]);
    expect(results[1]!.jobs[1]!.completionPs! - results[0]!.jobs[1]!.completionPs!).toBe(2e8);
  });

  test('seeds differ: equal jobs with random entropies on equal fabrics do not end alike, nor do they under another seed of the run', async () => {
    const spray = { balancer: 'spray', transport: 'dctcp' };
    const text = (seed: number): string =>
      `seed: ${seed}\n${FABRIC}jobs:\n${job('low', spray, LOW, exchange('2MB'))}${job('high', spray, HIGH, exchange('2MB'))}`;
    const one = await run(text(1));
    const two = await run(text(2));
    expect(told(one.jobs[0]!)).not.toEqual({ ...told(one.jobs[1]!), name: 'low' });
    expect(told(one.jobs[0]!)).not.toEqual(told(two.jobs[0]!));
  });
});

describe('a background', () => {
  const text = (load: number | null): string =>
    `${FABRIC}workload: { kind: all-reduce, algorithm: ring, size: 4MB }\nbalancer: spray\ntransport: dctcp\n${
      load === null ? '' : `background: { load: ${load}, sizes: web-search, until: 2ms, balancer: ecmp, transport: swift }\n`
    }`;
  let completionPs: number[] = [];
  beforeAll(async () => {
    const results = await Promise.all([null, 0.2, 0.7].map((load) => run(text(load))));
    completionPs = results.map((result) => {
      expect(result.unfinishedReason).toBeNull();
      return result.completionPs!;
    });
  });

  test('with a transport and a balancer of its own delays the foreground, more of it more so', () => {
    expect(completionPs).toEqual([...completionPs].sort((a, b) => a - b));
    expect(new Set(completionPs).size).toBe(3);
  });
});
