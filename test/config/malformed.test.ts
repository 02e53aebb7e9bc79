import { describe, expect, test } from 'vitest';
import { NetsimError } from '../../sim/base/errors.ts';
import { loadText } from './load-text.ts';
import { VALID_CONFIG } from './malformed/base.ts';
import { MALFORMED_CONFIGS } from './malformed-configs.ts';

describe('a malformed config gives one error with its place, its key and what to do', () => {
  test.each(MALFORMED_CONFIGS)('$name', async ({ content, set = [], error: expected }) => {
    const error = await loadText(content, { set }).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(NetsimError);
    expect((error as NetsimError).exitCode).toBe(2);
    const isOption = expected.startsWith('--set');
    expect((error as NetsimError).describe()).toBe(isOption ? expected : `config.yaml:${expected}`);
  });

  test('each of them is a different mistake', () => {
    expect(new Set(MALFORMED_CONFIGS.map(({ name }) => name)).size).toBe(MALFORMED_CONFIGS.length);
    expect(MALFORMED_CONFIGS.length).toBeGreaterThanOrEqual(60);
  });
});

describe('all errors of a config are found at once', () => {
  test('they come in the order of the file, options last', async () => {
    const text = [
      'topology: { kind: leaf-spine, leaves: 0, spines: 2, hostsPerLeaf: 2, hostLink: { rate: 1Gbps, delay: 1ns } }',
      'workload: { kind: all-reduce, size: 64 }',
      'transport: dctpc',
      'colour: red',
      'sweep: { grid: { balancer: [ecmp, sprey], nic.mtu: [1kB, 0B] } }',
      'report: { charts: [{ x: balancer, y: speed }] }',
    ].join('\n');
    const error = await loadText(text, { set: ['stop.at=1'] }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetsimError);
    const places = (error as NetsimError)
      .describe()
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(places).toEqual([
      'config.yaml:1:39 topology.leaves:',
      'config.yaml:2:37 workload.size:',
      'config.yaml:3:12 transport:',
      'config.yaml:4:1 colour:',
      'config.yaml:5:35 balancer:',
      'config.yaml:5:58 nic.mtu:',
      'config.yaml:6:38 report.charts[0].y:',
      '--set stop.at=1',
    ]);
  });

  test('keys of a sweep that do not exist, with the lengths of its zip', async () => {
    const text = `${VALID_CONFIG}sweep:
  zip:
    name: [a]
    workload.sise: [1MiB, 2MiB]
    workload.size: [1MiB]
  grid: { nic.mut: [1kB] }
`;
    const error = await loadText(text).catch((reason: unknown) => reason);
    expect((error as NetsimError).describe().split('\n')).toEqual([
      'config.yaml:11:5 sweep.zip.name: name cannot be swept (it has no effect on a run)',
      'config.yaml:12:5 workload.sise: unknown key (did you mean "size"?)',
      'config.yaml:13:20 sweep.zip.workload.size: 1 value, the first key has 2 (lists of a zip have one length)',
      'config.yaml:14:11 nic.mut: unknown key (did you mean "mtu"?)',
    ]);
  });
});
