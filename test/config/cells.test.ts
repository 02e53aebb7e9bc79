import { describe, expect, test } from 'vitest';
import type { Cell } from '../../sweep/cells.ts';
import { cellsOf as cellsOfLoaded, expandCells, runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';

const BASE = `topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }
workload: { kind: all-reduce, size: 64MiB }
`;

const cellsOf = async (text: string, set: readonly string[] = []): Promise<Cell[]> => expandCells(await loadText(BASE + text, { set }));
const swept = async (sweep: string): Promise<unknown[]> => (await cellsOf(`sweep: ${sweep}\n`)).map((cell) => Object.values(cell.swept));

describe('a sweep expands in written order', () => {
  test('the last grid key varies fastest', async () => {
    expect(await swept('{ grid: { balancer: [ecmp, spray], workload.ranks: [2, 4] } }')).toEqual([
      ['ecmp', 2],
      ['ecmp', 4],
      ['spray', 2],
      ['spray', 4],
    ]);
  });

  test('keys of a zip step together', async () => {
    expect(await swept('{ zip: { workload.ranks: [2, 4], workload.size: [1kB, 2kB] } }')).toEqual([
      [2, 1000],
      [4, 2000],
    ]);
  });

  test('grid, zip and list multiply, the block written last fastest', async () => {
    const blocks = [
      'list: [{ balancer: ecmp }, { balancer: spray }]',
      'zip: { workload.ranks: [2, 4] }',
      'grid: { topology.placement: [packed, strided] }',
    ];
    expect(await swept(`{ ${blocks.join(', ')} }`)).toEqual([
      ['ecmp', 2, 'packed'],
      ['ecmp', 2, 'strided'],
      ['ecmp', 4, 'packed'],
      ['ecmp', 4, 'strided'],
      ['spray', 2, 'packed'],
      ['spray', 2, 'strided'],
      ['spray', 4, 'packed'],
      ['spray', 4, 'strided'],
    ]);
  });

  test('repeats come fastest and add to the seed', async () => {
    const cells = await cellsOf('seed: 10\nsweep: { grid: { workload.ranks: [2, 4] }, repeat: 3 }\n');
    expect(cells.map(({ seed, swept: { 'workload.ranks': ranks } }) => [ranks, seed])).toEqual([
      [2, 10],
      [2, 11],
      [2, 12],
      [4, 10],
      [4, 11],
      [4, 12],
    ]);
    expect(cells.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cells.every((cell) => cell.scenario.seed === cell.seed && cell.config['seed'] === cell.seed)).toBe(true);
  });

  test('a config without a sweep is one cell', async () => {
    const [cell, ...others] = await cellsOf('');
    expect(others).toEqual([]);
    expect(cell).toMatchObject({ index: 0, seed: 1, swept: {}, overrides: {} });
  });

  test('repeats alone are a sweep', async () => {
    expect((await cellsOf('sweep: { repeat: 4 }\n')).map(({ seed }) => seed)).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['{ from: 2, to: 8, step: 3 }', [2, 5, 8]],
    ['{ from: 2, to: 7, step: 3 }', [2, 5]],
    ['{ from: 2, to: 16, factor: 2 }', [2, 4, 8, 16]],
    ['{ from: 8, to: 2, step: -3 }', [8, 5, 2]],
    ['{ from: 16, to: 3, factor: 0.5 }', [16, 8, 4]],
    ['{ from: 4, to: 4, step: 1 }', [4]],
  ])('a range of numbers %s', async (range, expected) => {
    expect(await swept(`{ grid: { workload.ranks: ${range} } }`)).toEqual(expected.map((value) => [value]));
  });

  test('steps of a tenth stay tenths', async () => {
    expect(await swept('{ grid: { transport.g: { from: 0.1, to: 0.5, step: 0.1 } } }')).toEqual([[0.1], [0.2], [0.3], [0.4], [0.5]]);
  });

  test('a range of quantities', async () => {
    expect(await swept('{ grid: { workload.size: { from: 1MiB, to: 16MiB, factor: 4 } } }')).toEqual([[2 ** 20], [2 ** 22], [2 ** 24]]);
    expect(await swept('{ grid: { topology.hostLink.delay: { from: 500ns, to: 1us, step: 250ns } } }')).toEqual([[500e3], [750e3], [1e6]]);
  });
});

describe('a list of cells', () => {
  const text = `${BASE}sweep: { grid: { balancer: [ecmp, { kind: ecmp-split, k: 4 }], workload.ranks: [2, 4] }, repeat: 3 }\n`;

  test('gives the same cell whenever it is asked for, in any order', async () => {
    const loaded = await loadText(text);
    const list = cellsOfLoaded(loaded);
    const all = await expandCells(loaded);
    expect(list.keys).toHaveLength(12);
    for (const index of [7, 0, 11, 6, 7]) expect(list.at(index)).toEqual(all[index]);
  });

  test('holds of each cell what names its row', async () => {
    const loaded = await loadText(text);
    const all = await expandCells(loaded);
    expect(cellsOfLoaded(loaded).keys).toEqual(all.map(({ runId, seed, swept: row }) => ({ runId, seed, swept: row })));
  });

  test('has the files of a workload wherever it starts', async () => {
    const files = {
      'a.cm': 'Nodes 2\nConnections 0\n',
      'b.cm': 'Nodes 3\nConnections 0\n',
      'r.csv': 'token,layer,e0,e1\n0,0,1,2\n1,0,3,4\n',
    };
    const workload = 'workload: { kind: file, format: htsim, path: a.cm }\nsweep: { grid: { workload.path: [a.cm, b.cm] } }\n';
    const list = cellsOfLoaded(await loadText(BASE.replace('workload: { kind: all-reduce, size: 64MiB }\n', workload), {}, files));
    const contents = [1, 0].map((index) => {
      const { workload: spec } = (list.at(index) as Cell).scenario;
      return spec.kind === 'file' ? spec.imported.schedule.ranks : null;
    });
    expect(contents).toEqual([3, 2]);
  });
});

describe('the seed can be swept', () => {
  const seeds = async (text: string): Promise<unknown[]> => (await cellsOf(text)).map(({ seed, swept: row }) => [seed, row]);

  test('without a second column beside that of the row', async () => {
    const text = 'sweep: { grid: { seed: [1, 5, 9] } }\n';
    expect(await seeds(text)).toEqual([
      [1, {}],
      [5, {}],
      [9, {}],
    ]);
    expect((await loadText(BASE + text)).sweptKeys).toEqual([]);
  });

  test('in a zip and in a list, where an entry without it has the seed of the config', async () => {
    expect(await seeds('sweep: { zip: { seed: [3, 4], workload.ranks: [2, 8] } }\n')).toEqual([
      [3, { 'workload.ranks': 2 }],
      [4, { 'workload.ranks': 8 }],
    ]);
    expect(await seeds('seed: 7\nsweep: { list: [{ seed: 3 }, { workload.ranks: 2 }] }\n')).toEqual([
      [3, { 'workload.ranks': null }],
      [7, { 'workload.ranks': 2 }],
    ]);
  });

  test('and every repeat adds to it', async () => {
    expect((await cellsOf('sweep: { grid: { seed: [10, 20] }, repeat: 2 }\n')).map(({ seed }) => seed)).toEqual([10, 11, 20, 21]);
  });

  test('the config and the scenario of a cell have it', async () => {
    const cells = await cellsOf('sweep: { grid: { seed: [5, 6] } }\n');
    expect(cells.map(({ config, scenario }) => [config['seed'], scenario.seed])).toEqual([
      [5, 5],
      [6, 6],
    ]);
    const alone = await cellsOf('seed: 6\n');
    expect(cells[1]!.runId).toBe(alone[0]!.runId);
  });
});

describe('a swept value has a column of its own', () => {
  test('quantities are numbers in base units, words and truth values stay', async () => {
    const sweep =
      '{ list: [{ switch.queue: infinite, balancer: ethereal, balancer.shufflePaths: false, topology.hostLink.rate: 100Gbps }] }';
    const [cell] = await cellsOf(`sweep: ${sweep}\n`);
    expect(cell!.swept).toEqual({
      'switch.queue': 'infinite',
      balancer: 'ethereal',
      'balancer.shufflePaths': false,
      'topology.hostLink.rate': 100e9,
    });
  });

  test('a block is its kind and the options written', async () => {
    const sweep = '{ grid: { balancer: [ecmp, { kind: ecmp-split, k: 4 }, { kind: ethereal, split: fewest, minPiece: 8kB }] } }';
    expect(await swept(sweep)).toEqual([['ecmp'], ['ecmp-split(k=4)'], ['ethereal(split=fewest,minPiece=8kB)']]);
  });

  test('a block without kind and a list show their content', async () => {
    const link = '{ grid: { topology.fabricLink: [{ rate: 1Gbps, delay: 1us }], switch.ecn: ["off", { low: 1kB, high: 2kB }] } }';
    expect(await swept(link)).toEqual([
      ['(rate=1Gbps,delay=1us)', 'off'],
      ['(rate=1Gbps,delay=1us)', '(low=1kB,high=2kB)'],
    ]);
  });

  test('a key that only some entries of a list set shows what holds in the others', async () => {
    const sweep = '{ list: [{ balancer: ecmp }, { balancer: spray, workload.size: 1kB, switch.queue: 1MiB }] }';
    expect(await swept(sweep)).toEqual([
      ['ecmp', 67_108_864, null],
      ['spray', 1000, 1_048_576],
    ]);
  });

  test('the overrides are the values as written', async () => {
    const [cell] = await cellsOf('sweep: { grid: { balancer: [{ kind: ecmp-split, k: 2 }], workload.size: [1MiB] } }\n');
    expect(cell!.overrides).toEqual({ balancer: { kind: 'ecmp-split', k: 2 }, 'workload.size': '1MiB' });
  });
});

describe('run ids', () => {
  test('are 12 hexadecimal digits, one for each cell', async () => {
    const cells = await cellsOf('sweep: { grid: { balancer: [ecmp, spray, ethereal], workload.size: [1MiB, 2MiB] }, repeat: 5 }\n');
    expect(new Set(cells.map(({ runId }) => runId)).size).toBe(30);
    for (const { runId } of cells) expect(runId).toMatch(/^[0-9a-f]{12}$/);
  });

  test('do not depend on spelling, order, name or report', async () => {
    const [first] = await cellsOf('balancer: ecmp-split\n');
    const other = `name: other
report: { title: something }
balancer: { kind: ecmp-split, k: 4 }
workload: { size: 65536KiB, kind: all-reduce, algorithm: ring, ranks: 16 }
topology: { leaves: 2, spines: 4, kind: leaf-spine, hostsPerLeaf: 8, hostLink: { delay: 0.5us, rate: 0.4Tbps } }
`;
    expect((await runSingle(await loadText(other))).runId).toBe(first!.runId);
  });

  test('do not depend on the place in a sweep', async () => {
    const alone = await cellsOf('', ['workload.size=2MiB', 'balancer=spray', 'seed=2']);
    const sweep = await cellsOf('sweep: { grid: { balancer: [ecmp, spray], workload.size: [1MiB, 2MiB] }, repeat: 2 }\n');
    expect(sweep.at(-1)!.runId).toBe(alone[0]!.runId);
  });

  test.each([
    'seed=2',
    'workload.size=1MiB',
    'fidelity=bound',
    'switch.hash=jenkins',
    'stop.at=99s',
    'stop.packets=1000',
    'failures=[{link: leaf0-spine0}]',
    'transport.g=0.1',
  ])('change with %s', async (option) => {
    const [before, after] = [await cellsOf(''), await cellsOf('', [option])];
    expect(after[0]!.runId).not.toBe(before[0]!.runId);
  });

  test('follow the content of a workload file, not its path', async () => {
    const text = (path: string): string =>
      BASE.replace('{ kind: all-reduce, size: 64MiB }', `{ kind: file, format: htsim, path: ${path} }`);
    const id = async (path: string, content: string): Promise<string> =>
      (await runSingle(await loadText(text(path), {}, { [path]: content }))).runId;
    const [one, two] = ['Nodes 2\nConnections 0\n', '# two\nNodes 2\nConnections 0\n'];
    expect(await id('a.cm', one)).toBe(await id('b.cm', one));
    expect(await id('a.cm', one)).not.toBe(await id('a.cm', two));
  });

  test('that are equal are an error naming both cells', async () => {
    await expect(cellsOf('sweep: { grid: { workload.size: [1MiB, 1024KiB] } }\n')).rejects.toThrow(
      'config.yaml:3:40 workload.size: cells 0 (workload.size=1MiB seed=1) and 1 (workload.size=1024KiB seed=1) are the same run',
    );
  });

  test('that are equal by their seeds are an error at the later seed', async () => {
    await expect(cellsOf('sweep: { grid: { seed: [1, 2] }, repeat: 2 }\n')).rejects.toThrow(
      'config.yaml:3:28 seed: cells 1 (seed=2) and 2 (seed=2) are the same run (sweep each combination once)',
    );
  });

  test('that are equal in blocks are named by the kind and options', async () => {
    const sweep = 'sweep: { list: [{ balancer: { kind: ecmp-split, k: 4 } }, { balancer: ecmp-split }] }\n';
    await expect(cellsOf(sweep)).rejects.toThrow(
      'config.yaml:3:71 balancer: cells 0 (balancer=ecmp-split(k=4) seed=1) and 1 (balancer=ecmp-split seed=1) are the same run',
    );
  });
});

describe('the config of a cell', () => {
  test.each([
    '',
    'balancer: { kind: ethereal, minPiece: 8kB, maxPieces: 2 }\ntransport: { kind: dctcp-rate, recovery: gbn, rto: 1ms }\n',
    'transport: { kind: fixed, window: 325344B, rate: 100Gbps }\nswitch: { queue: 1MiB, ecn: off }\nfailures: [{ link: leaf0-spine1 }]\n',
    'transport: fixed\nnic: { acks: none, mtu: 9kB }\nswitch: { queue: infinite, ecn: { low: 1kB, high: 2kB } }\nfidelity: bound\n',
    'transport: { kind: dctcp, initialWindow: 1MiB, minWindow: 8kB, recovery: none }\nbalancer: spray-switch-rr\n',
    'transport: { kind: dctcp-uec, decrease: 0.5, initialWindow: 50kB, maxWindow: 60kB }\n',
    'transport: { kind: dcqcn, g: 0.1, cnpInterval: 5us, timer: 6us, byteCounter: 1MB, fastRecovery: 3, hyperIncrease: 1Gbps, minRate: 2Gbps }\n',
    'transport: { kind: dcqcn-mlx, alphaTimer: 2us, clampTarget: true, firstCnpFactor: 0.5, additiveIncrease: 7Mbps, recovery: gbn }\n',
    'transport: { kind: hpcc, eta: 0.9, maxStage: 0, additiveIncrease: 80Mbps, minWindow: 8kB }\n',
    'transport: { kind: timely, ewma: 0.5, lowDelay: 5us, highDelay: 9us, minRtt: 4us, hyperAfter: 3 }\n',
    'transport: { kind: swift, baseDelay: 9us, hopScale: 1us, flowScale: 7us, ai: 2, minWindow: 100B, median: 15 }\n',
    'transport: { kind: nscc, recovery: trim, referenceBdp: 100kB, targetDelay: 3us, adjustSize: 20kB, fastDelay: 2us, median: 15 }\nswitch: composite\n',
    'transport: { kind: nscc, credit: { kind: eqds, maxWindow: 100kB, creditPerPull: 8KiB, pullRate: 0.9 } }\nswitch: composite\n',
    'transport: { kind: rccc, maxWindow: 100kB, creditPerPull: 8KiB, pullRate: 0.9 }\nswitch: composite\nnic: { acks: uec-sack }\n',
    'transport: { kind: rccc-os, interval: 5us, ecnTarget: 0.2, minScale: 0.1, outOfOrder: { buffer: 64 } }\nswitch: composite\n',
    'transport: { kind: dctcp, outOfOrder: drop }\nnic: { channelRate: 20Gbps }\n',
    'transport: { kind: ndp, initialPackets: 20, recovery: timers }\nnic: { acks: { every: 4 } }\n',
  ])('runs again to the same Scenario and run id: %j', async (text) => {
    const [cell] = await cellsOf(text);
    const again = await runSingle(await loadText(JSON.stringify(cell!.config)));
    expect(again.scenario).toEqual(cell!.scenario);
    expect(again.runId).toBe(cell!.runId);
    expect(again.config).toEqual(cell!.config);
  });

  test.each([
    '{ kind: permutation, size: 1B, pattern: { shift: -3 } }',
    '{ kind: incast, size: 1B, senders: 3, receiver: 2, ranks: 5 }',
    '{ kind: flows, flows: [{ src: 0, dst: 1, size: 5B, start: 7ps }] }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, routing: { kind: zipf, s: 1.5 }, phase: training }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, routing: medium, limit: { groups: 4, keep: 2, score: top2 }, counts: true }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, routing: { kind: sticky, rho: 0.5, base: concentrated }, compute: { tflops: 900 } }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, placement: eplb, replication: { experts: 48 }, compute: { perToken: 3ns } }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, capacity: { factor: -1, rule: tutel }, groupSize: 4, overlap: { chunks: 2 } }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 1, routing: { kind: read-me, maxExpertsPerBatch: 3, cache: 2 } }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, routing: { kind: premoe, keep: 4 }, placement: repacked }',
    '{ kind: moe, tokens: 3, experts: 32, topk: 2, routing: { kind: expertflow, accuracy: 0.9, groups: 2 } }',
    '{ kind: moe, tokens: 1, experts: 32, topk: 2, routing: { kind: trace, path: r.csv, sparse: true }, ranks: 2, ranksPerServer: 2 }',
    '{ kind: file, format: htsim, path: a.cm, htsim: { startUnit: us } }',
    '{ kind: file, format: chakra, path: a.json, chakra: { durationUnit: ns } }',
    '{ kind: file, format: goal, path: a.goal, goal: { timeUnit: us } }',
    '{ kind: file, format: msccl-xml, path: a.xml, size: 3B, msccl: { slices: false, tbRate: 87Gbps } }',
    '{ kind: file, format: simai, path: a.txt, simai: { allGpus: 2, layerCount: rows, broadcast: true, allReduce: direct } }',
    '{ kind: file, format: hpcc, path: flow.txt }',
  ])('holds the workload: %s', async (workload) => {
    const files = {
      'a.cm': 'Nodes 2\nConnections 0\n',
      'a.json': '{"workload_graph":[]}',
      'a.goal': 'num_ranks 1\nrank 0 {\n}\n',
      'a.xml':
        '<algo proto="LL" nchannels="1" nchunksperloop="1" ngpus="1" coll="custom"><gpu id="0" i_chunks="1" o_chunks="0" s_chunks="0"/></algo>',
      'a.txt': 'HYBRID_TRANSFORMER ep: 1 pp: 1 vpp: 1 ga: 1\n1\nx -1 1 NONE 0 1 NONE 0 1 NONE 0 1\n',
      'flow.txt': '0\n',
      'r.csv': 'token,layer,e0,e1\n0,0,1,2\n1,0,3,4\n',
    };
    const cell = await runSingle(await loadText(BASE.replace('{ kind: all-reduce, size: 64MiB }', workload), {}, files));
    const again = await runSingle(await loadText(JSON.stringify(cell.config), {}, files));
    expect(again.scenario).toEqual(cell.scenario);
    expect(again.runId).toBe(cell.runId);
  });

  test('has the swept values in place, no sweep, and units on every quantity', async () => {
    const cells = await cellsOf('sweep: { grid: { workload.size: [1MiB], balancer: [{ kind: ecmp-split, k: 2 }] }, repeat: 2 }\n');
    expect(cells[1]!.config).toEqual({
      name: 'config',
      kind: 'fabric',
      seed: 2,
      fidelity: 'packet',
      topology: {
        kind: 'leaf-spine',
        leaves: 2,
        spines: 4,
        hostsPerLeaf: 8,
        hostLink: { rate: '400Gbps', delay: '500ns' },
        fabricLink: { rate: '400Gbps', delay: '500ns', linksPerPair: 1 },
        placement: 'packed',
      },
      workload: { kind: 'all-reduce', algorithm: 'ring', size: '1MiB', ranks: 16 },
      balancer: { kind: 'ecmp-split', k: 2 },
      transport: { kind: 'dctcp', g: 0.0625, recovery: 'sr' },
      nic: { mtu: '4KiB', header: '64B', ack: '64B', acks: 'per-packet', ackPriority: 'data', scheduler: 'round-robin' },
      switch: {
        kind: 'droptail',
        ecn: { at: 'enqueue', hostPorts: true },
        hash: 'ideal',
        sameSalt: false,
        failHash: 'rehash-all',
      },
      failures: [],
      stop: { at: '100s' },
    });
  });
});

test('run refuses a sweep and names netsim sweep', async () => {
  const loaded = await loadText(`${BASE}sweep: { repeat: 2 }\n`);
  await expect(runSingle(loaded)).rejects.toThrow('config.yaml:3:1 sweep: this config has a sweep (run it with: netsim sweep config.yaml)');
});

test('the report of a config is handed on', async () => {
  const loaded = await loadText(
    `${BASE}sweep: { grid: { workload.size: [1MiB] } }\nreport: { title: T, charts: [{ x: workload.size, y: slowdown, series: seed }] }\n`,
  );
  expect(loaded.report).toEqual({ title: 'T', charts: [{ x: 'workload.size', y: 'slowdown', series: 'seed' }] });
  expect((await loadText(BASE)).report).toEqual({ title: null, charts: null });
});
