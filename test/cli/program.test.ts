import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportError } from '../../cli/errors.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { wantsColour } from '../../cli/terminal.ts';
import { BoundError, CellError, ConfigError, ImportError, InternalError } from '../../sim/base/errors.ts';
import { temporaryDir } from '../sweep/fakes.ts';
import { FABRIC } from './configs.ts';
import { invoke } from './invoke.ts';

test('help lists the commands and the exit codes, on standard output', async () => {
  const { code, out, err } = await invoke('--help');
  expect(code).toBe(0);
  expect(err).toBe('');
  for (const command of ['run', 'sweep', 'bounds', 'validate', 'report', 'schema', 'init'])
    expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  for (const exit of ['0', '1', '2', '3', '130']) expect(out).toMatch(new RegExp(`^  ${exit} {2,}\\w`, 'm'));
});

test('the help of a command has the exit codes too', async () => {
  const { code, out } = await invoke('sweep', '--help');
  expect(code).toBe(0);
  expect(out).toContain('Exit codes:');
  for (const option of [
    '--set',
    '--seed',
    '--json',
    '--format',
    '--out',
    '--jobs',
    '--resume',
    '--dry-run',
    '--quiet',
    '--debug',
    '--no-color',
    '--yes',
  ]) {
    expect(out).toContain(option);
  }
});

test('commands of later versions are unknown commands', async () => {
  for (const command of ['compare', 'merge', 'worker', 'wireless']) {
    const { code, err } = await invoke(command, 'a.yaml');
    expect(code).toBe(2);
    expect(err).toContain(`unknown command '${command}'`);
  }
});

test('a misspelt command or option is a usage error with the nearest name', async () => {
  expect(await invoke('swep', 'c.yaml')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean sweep?') as string });
  expect(await invoke('sweep', 'c.yaml', '--resum')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('Did you mean --resume?') as string,
  });
});

test.each([
  [],
  ['run'],
  ['run', 'a.yaml', 'b.yaml'],
  ['run', 'a.yaml', '-j', '0'],
  ['run', 'a.yaml', '--seed', '-1'],
  ['run', 'a.yaml', '--seed', '1.5'],
  ['run', 'a.yaml', '--seed', '9007199254740993'],
  ['run', 'a.yaml', '--format', 'xml'],
  ['run', 'a.yaml', '--json', '--format', 'csv'],
  ['run', 'a.yaml', '--resume'],
  ['sweep', 'a.yaml', '-j', '0'],
  ['sweep', 'a.yaml', '-j', 'two'],
  ['sweep', 'a.yaml', '--out'],
  ['sweep', 'a.yaml', '--out', ''],
  ['run', 'a.yaml', '--out', ''],
  ['bounds', 'a.yaml', '--samples', '0'],
  ['report'],
])('a wrong usage is refused with exit code 2 and nothing on standard output: netsim %s %s %s %s', async (...args) => {
  const { code, out, err } = await invoke(...args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).not.toBe('');
});

test('a sweep of more cells than is sensible must be confirmed', async () => {
  const dir = temporaryDir();
  const file = join(dir, 'many.yaml');
  writeFileSync(file, `${FABRIC}workload: { kind: all-reduce, size: 1KiB }\nsweep: { repeat: 10001 }\n`);
  const { code, err } = await invoke('sweep', file, '--out', join(dir, 'out'));
  expect(code).toBe(2);
  expect(err).toContain('10001 cells');
  expect(err).toContain('--yes');
});

test('an error ends with the exit code of its class and shows no stack trace; only a bug asks for a report, with the command', () => {
  const report = (error: unknown, debug = false): { code: number; text: string } => {
    const lines: string[] = [];
    const terminal = { err: (line: string) => void lines.push(line), alarm: (text: string) => text } as Terminal;
    return { code: reportError(error, terminal, debug, ['run', 'my config.yaml']), text: lines.join('\n') };
  };
  expect(report(new ConfigError('E101', 'bad', { where: { file: 'a.yaml', line: 2, column: 3, path: 'x' } }))).toEqual({
    code: 2,
    text: 'error: a.yaml:2:3 x: bad',
  });
  expect(report(new ImportError('E401', 'bad'))).toEqual({ code: 2, text: 'error: bad' });
  expect(report(new CellError('E201', 'bad'))).toEqual({ code: 1, text: 'error: bad' });
  expect(report(new BoundError('E301', 'bad'))).toEqual({ code: 3, text: 'error: bad' });
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'open' });
  expect(report(denied)).toEqual({ code: 1, text: 'error: EACCES: permission denied' });
  for (const bug of [new InternalError('E901', 'bad'), new TypeError('bad')]) {
    const { code, text } = report(bug);
    expect(code).toBe(1);
    expect(text).toContain("please report it with this command: netsim run 'my config.yaml'");
  }
  expect(report(new ConfigError('E101', 'bad'), true).text).toMatch(/\n {4}at /);
});

test('colours need a terminal and neither --no-color nor a NO_COLOR that is set', () => {
  expect(wantsColour(true, true, {})).toBe(true);
  expect(wantsColour(true, true, { NO_COLOR: '' })).toBe(true);
  expect(wantsColour(true, true, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour(false, true, {})).toBe(false);
  expect(wantsColour(true, false, {})).toBe(false);
});
