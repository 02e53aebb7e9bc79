import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ConfigError, InternalError, NetsimError } from '../../sim/base/errors.ts';
import type { LeafSpineSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import { expandCells } from '../../sweep/cells.ts';
import { locate } from '../../sweep/config/load.ts';
import { editDistance, nearest } from '../../sweep/config/suggest.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { linkExists, switchExists } from '../../topologies/link-names.ts';
import { loadText } from './load-text.ts';
import { VALID_CONFIG } from './malformed/base.ts';

/** Loads and expands; anything thrown but a user's error fails the test. */
async function survives(content: string | Uint8Array, set: readonly string[] = []): Promise<void> {
  try {
    await expandCells(await loadText(content, { set }));
  } catch (error) {
    if (!(error instanceof NetsimError) || error instanceof InternalError) throw error;
    expect(error.describe()).toMatch(/^(config\.yaml:\d+:\d+|--set )/);
  }
}

const KEYS = [
  'topology',
  'workload',
  'balancer',
  'transport',
  'nic',
  'switch',
  'failures',
  'stop',
  'sweep',
  'report',
  'kind',
  'size',
  'grid',
];
const scalar = fc.oneof(
  fc.constantFrom(
    'ecmp',
    'ethereal',
    'dctcp',
    '1MiB',
    '400Gbps',
    '0ns',
    '-1B',
    'all-reduce',
    'moe',
    'leaf-spine',
    '',
    '__proto__',
    'toString',
  ),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('tree')),
  ),
}));

describe('no input makes anything but a clear error', () => {
  test.prop([fc.uint8Array({ maxLength: 300 })])('random bytes', (bytes) => survives(bytes));
  test.prop([fc.string({ unit: 'binary', maxLength: 300 })])('random text', (text) => survives(text));
  test.prop([fc.string({ unit: fc.constantFrom(...'{}[]:,-&*!|>#?%@"\'\n\t ab1') })])('random YAML punctuation', (text) => survives(text));
  test.prop([fc.dictionary(fc.constantFrom(...KEYS), tree)])('random documents of real keys', (value) => survives(JSON.stringify(value)));

  test.prop([fc.nat(VALID_CONFIG.length), fc.nat(20), fc.string({ maxLength: 5 })])(
    'a valid config with a damaged part',
    (start, length, text) => survives(VALID_CONFIG.slice(0, start) + text + VALID_CONFIG.slice(start + length)),
  );
  test.prop([fc.string(), fc.string()])('random options', (key, value) => survives(VALID_CONFIG, [`${key}=${value}`]));
  test.prop([fc.constantFrom(...KEYS, 'workload.size', 'topology.leaves', 'sweep.grid.workload.size', 'sweep.list'), tree])(
    'random values of real keys',
    (key, value) => survives(VALID_CONFIG, [`${key}=${JSON.stringify(value)}`]),
  );
});

describe('links are named as the topology names them', () => {
  const dimension = fc.integer({ min: 1, max: 3 });
  const name = fc.oneof(
    fc.tuple(fc.nat(4), fc.nat(4)).map(([l, p]) => `leaf${l}-spine${p}`),
    fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)).map(([l, p, c]) => `leaf${l}-spine${p}-${c}`),
    fc.tuple(fc.nat(10), fc.nat(4)).map(([h, l]) => `host${h}-leaf${l}`),
    fc.tuple(fc.nat(9), fc.nat(9)).map(([t, a]) => `tor${t}-agg${a}`),
    fc.tuple(fc.nat(9), fc.nat(9)).map(([a, c]) => `agg${a}-core${c}`),
    fc.tuple(fc.nat(27), fc.nat(9)).map(([h, t]) => `host${h}-tor${t}`),
    fc.constantFrom('', 'spine0-leaf0', 'leaf0', 'leaf00-spine0', 'leaf0-spine0-', 'host0-leaf0-0', 'leaf-1-spine0'),
    fc.constantFrom('agg0-tor0', 'core0-agg0', 'tor00-agg0', 'tor0-agg0-0', 'host0-tor0-0', 'tor0-core0', 'host0-agg0'),
  );

  test.prop([dimension, dimension, dimension, dimension, name])(
    'a name is accepted exactly if the fabric has the link',
    (leaves, spines, hostsPerLeaf, linksPerPair, link) => {
      const spec: LeafSpineSpec = {
        kind: 'leaf-spine',
        leaves,
        spines,
        hostsPerLeaf,
        hostLink: { rateBps: 1e9, delayPs: 1 },
        fabricLink: { rateBps: 1e9, delayPs: 1, perSpineRateBps: null, linksPerPair },
        placement: 'packed',
      };
      expectSameAnswer(spec, link);
    },
  );

  test.prop([dimension, dimension, dimension, dimension, dimension, name])(
    'of a fat tree too',
    (pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, link) => {
      const links = {
        hostLink: { rateBps: 1e9, delayPs: 1 },
        fabricLink: { rateBps: 1e9, delayPs: 1 },
        coreLink: { rateBps: 1e9, delayPs: 1 },
      };
      expectSameAnswer({ kind: 'fat-tree', pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, ...links, placement: 'packed' }, link);
    },
  );

  function expectSameAnswer(spec: TopologySpec, link: string): void {
    const build = (): unknown => buildTopology(spec, [{ link }], 1, 1);
    if (linkExists(spec, link) || switchExists(spec, link)) expect(build).not.toThrow();
    else expect(build).toThrow(ConfigError);
  }
});

describe('locate', () => {
  const error = (path: string): ConfigError => new ConfigError('E199', 'wrong', { where: { path }, hint: 'mend it' });

  test('finds the value of a key, or the nearest block around it', async () => {
    const loaded = await loadText(`${VALID_CONFIG}failures: [{ link: leaf0-spine0 }]\n`);
    expect(locate(error('topology.leaves'), loaded).describe()).toBe('config.yaml:3:11 topology.leaves: wrong (mend it)');
    expect(locate(error('failures[0].link'), loaded).describe()).toBe('config.yaml:9:20 failures[0].link: wrong (mend it)');
    expect(locate(error('workload.algorithm'), loaded).describe()).toBe('config.yaml:8:1 workload.algorithm: wrong (mend it)');
    expect(locate(error('stop.at'), loaded).describe()).toBe('config.yaml:1:1 stop.at: wrong (mend it)');
  });

  test('finds a swept value where the sweep gives it', async () => {
    const loaded = await loadText(`${VALID_CONFIG}sweep: { grid: { workload.size: [1MiB, 2MiB] }, repeat: 2 }\n`);
    expect(locate(error('workload.size'), loaded, 1).describe()).toBe('config.yaml:9:34 workload.size: wrong (mend it)');
    expect(locate(error('workload.size'), loaded, 2).describe()).toBe('config.yaml:9:40 workload.size: wrong (mend it)');
  });

  test('leaves errors alone that have a place or none to find', async () => {
    const loaded = await loadText(VALID_CONFIG);
    const placed = new ConfigError('E199', 'wrong', { where: { file: 'other', path: 'topology' } });
    const bare = new ConfigError('E199', 'wrong');
    expect(locate(placed, loaded)).toBe(placed);
    expect(locate(bare, loaded)).toBe(bare);
  });
});

describe('suggestions', () => {
  const text = fc.string({ maxLength: 8 });
  test.prop([text, text])('the edit distance is symmetric, and 0 only between equals', (a, b) => {
    expect(editDistance(a, b)).toBe(editDistance(b, a));
    expect(editDistance(a, b) === 0).toBe(a === b);
  });

  test('edits are inserts, deletes, replacements and swaps', () => {
    expect(editDistance('hostPerLeaf', 'hostsPerLeaf')).toBe(1);
    expect(editDistance('dctpc', 'dctcp')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  test('what is far from every name suggests none', () => {
    expect(nearest('xyzzy', ['ecmp', 'spray'])).toBeUndefined();
    expect(nearest('ECMP', ['ecmp', 'spray'])).toBe('ecmp');
  });
});
