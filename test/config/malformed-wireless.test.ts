import { expect, test } from 'vitest';
import { type ConfigErrors, NetsimError } from '../../sim/base/errors.ts';
import { cellsOf } from '../../sweep/cells.ts';
import { atCellOf, checkBuildable } from '../../sweep/preflight.ts';
import { loadText } from './load-text.ts';
import { MALFORMED_WIRELESS } from './malformed/wireless.ts';

const RUN = 'run: { duration: 1s, warmup: 0s }\n';

/** What a command that reads this config ends with before it runs anything. */
async function errorOf(text: string, set: readonly string[] = []): Promise<unknown> {
  try {
    const loaded = await loadText(text, { set });
    checkBuildable(cellsOf(loaded), atCellOf(loaded));
  } catch (error) {
    return error;
  }
  return null;
}

const describeOf = async (text: string, set: readonly string[] = []): Promise<string> => {
  const error = await errorOf(text, set);
  return error instanceof NetsimError ? error.describe() : 'nothing is wrong';
};

test.each(MALFORMED_WIRELESS)('%s is one error with its place, its key and what to do', async (lines, expected) => {
  const error = await errorOf(`kind: wireless\n${lines}\n${RUN}`);
  expect(error).toBeInstanceOf(NetsimError);
  expect((error as NetsimError).exitCode).toBe(2);
  expect((error as NetsimError).describe()).toBe(`config.yaml:${expected}`);
});

test('there are many of them, each another mistake', () => {
  expect(new Set(MALFORMED_WIRELESS.map(([lines]) => lines)).size).toBe(MALFORMED_WIRELESS.length);
  expect(new Set(MALFORMED_WIRELESS.map(([, error]) => error)).size).toBeGreaterThanOrEqual(80);
});

test('all mistakes of a config are found at once, in the order of the file, options last', async () => {
  const error = await errorOf('kind: wireless\nchannel: { snr: 15, dopler: 10Hz }\nusers: 0\narq: { harq: chse }\n', ['run.duration=2']);
  const places = (error as ConfigErrors).errors.map((each) => each.describe().split(' ').slice(0, 2).join(' '));
  expect(places).toEqual([
    'config.yaml:2:17 channel.snr:',
    'config.yaml:2:21 channel.dopler:',
    'config.yaml:3:8 users:',
    'config.yaml:4:14 arq.harq:',
    '--set run.duration=2',
  ]);
});

test('a run of no slots is refused, in a slot of any length', async () => {
  const of = (run: string): Promise<string> => describeOf(`kind: wireless\nslot: { duration: 5ms }\nrun: { ${run} }\n`);
  expect(await of('duration: 4ms')).toBe(
    'config.yaml:3:18 run.duration: shorter than a slot of 5ms: nothing would be counted (at least 5ms)',
  );
  expect(await of('duration: 0s')).toBe('config.yaml:3:18 run.duration: "0s" is zero (write at least 1ps)');
  expect(await of('packets: 0')).toBe('config.yaml:3:17 run.packets: 0 is too small (write at least 1)');
  expect(await of('packets: 10, duration: 1s')).toContain('3:17 run.packets: a run ends after packets or after duration');
});

test('the nearest valid Doppler frequency that is named is valid, and half a per cent more is not', async () => {
  const of = (hz: number): Promise<string> => describeOf(`kind: wireless\nchannel: { correlation: fsmc, doppler: ${hz}Hz }\n${RUN}`);
  const named = Number(/nearest valid Doppler frequency is ([\d.]+) Hz/.exec(await of(100))![1]);
  expect(await of(named * 0.999)).toBe('nothing is wrong');
  expect(await of(named * 1.005)).toContain('does not exist here');
});

test('a key that an override makes without effect is named by the option', async () => {
  const text = `kind: wireless\nchannel: { correlation: clarke }\n${RUN}`;
  expect(await describeOf(text, ['channel.sinusoids=16'])).toBe('nothing is wrong');
  expect(await describeOf(text, ['arq.pauseSlots=3'])).toBe(
    '--set arq.pauseSlots=3 arq.pauseSlots: the sender never pauses (set arq.pauseNacks: 3)',
  );
});

test.each([
  ['what decides of it is swept', 'channel: { doppler: 20Hz }\nsweep: { grid: { channel.correlation: [block, clarke] } }'],
  ['its whole block is swept', 'csi: { olla: { up: 2dB } }\nsweep: { grid: { csi: [{ olla: { on: true } }, { olla: { on: false } }] } }'],
  [
    'a user of the mix uses it',
    'channel: { doppler: 5Hz }\nusers: { count: 2, mix: [{ channel: { correlation: clarke } }, { app: voice }] }',
  ],
  ['the architecture is what is compared', 'app: svc\nusers: 2\nqos: { miss: 0.01, class: rtPS }\ncontroller: bottom-up'],
])('a key without effect in some runs is let be where %s', async (_, lines) => {
  expect(await describeOf(`kind: wireless\n${lines}\n${RUN}`)).toBe('nothing is wrong');
});

test('a key without effect is found in a sweep that changes nothing of it', async () => {
  const text = `kind: wireless\nchannel: { doppler: 20Hz }\nsweep: { grid: { channel.snr: [5dB, 10dB] } }\n${RUN}`;
  expect(await describeOf(text)).toContain('2:21 channel.doppler: channel.correlation block has no use for it');
});
