import type { MalformedConfig } from './base.ts';
import { withWorkload, VALID_CONFIG, plus, BYTES } from './base.ts';

/** Sweeps, reports and options. */
const FIXED = {
  kind: 'one sweep is of one kind',
  'report.title': 'there is one report of the whole sweep',
  'sweep.repeat': 'a sweep does not sweep itself',
};

export const SWEEPS: readonly MalformedConfig[] = [
  // Sweeps.
  {
    name: 'a swept key that does not exist',
    content: plus('sweep:', '  grid:', '    workload.sise: [1MiB, 2MiB]'),
    error: '11:5 workload.sise: unknown key (did you mean "size"?)',
  },
  {
    name: 'a swept value that is wrong',
    content: plus('sweep:', '  grid:', '    workload.size: [1MiB, 2mb]'),
    error: '11:27 workload.size: unknown unit "mb" in "2mb" (did you mean "MB"?)',
  },
  {
    name: 'a swept misspelt kind',
    content: plus('sweep: { grid: { balancer: [ecmp, sprey] } }'),
    error: '9:35 balancer: unknown kind "sprey" (did you mean "spray"?)',
  },
  {
    name: 'a value hidden by the sweep',
    content: plus('balancer: emcp', 'sweep: { grid: { balancer: [ecmp, spray] } }'),
    error: '9:11 balancer: unknown kind "emcp" (did you mean "ecmp"?)',
  },
  {
    name: 'an unknown key of the sweep',
    content: plus('sweep: { gird: { workload.size: [1MiB] } }'),
    error: '9:10 sweep.gird: unknown key (did you mean "grid"?)',
  },
  {
    name: 'an empty sweep list',
    content: plus('sweep: { grid: { workload.size: [] } }'),
    error: '9:33 sweep.grid.workload.size: the list is empty (give at least one entry)',
  },
  { name: 'an empty sweep', content: plus('sweep: {}'), error: '9:1 sweep: nothing is swept (give grid, zip, list or repeat)' },
  {
    name: 'a single value for a swept key',
    content: plus('sweep: { grid: { workload.size: 1MiB } }'),
    error:
      '9:33 sweep.grid.workload.size: expected a list or a block of keys, got "1MiB" (start each entry with `- `, or write a block of keys such as { from: 1MiB, to: 16MiB, factor: 2 })',
  },
  {
    name: 'a duplicate swept key',
    content: plus('sweep: { grid: { workload.size: [1MiB], workload.size: [2MiB] } }'),
    error: '9:41 sweep.grid.workload.size: the key is given twice, first at line 9 (remove one)',
  },
  {
    name: 'a key in grid and zip',
    content: plus('sweep:', '  grid: { workload.size: [1MiB] }', '  zip: { workload.size: [2MiB] }'),
    error: '11:10 sweep: workload.size: the key is swept twice (name it in one place only)',
  },
  {
    name: 'a swept block that overwrites its swept key',
    content: plus('sweep: { grid: { balancer.k: [2], balancer: [ecmp-split] } }'),
    error: '9:35 sweep: balancer: overwrites the swept balancer.k (write balancer before balancer.k)',
  },
  {
    name: 'a zip of unequal lists',
    content: plus('sweep:', '  zip:', '    workload.size: [1MiB, 2MiB]', '    nic.mtu: [1kB]'),
    error: '12:14 sweep.zip.nic.mtu: 1 value, the first key has 2 (lists of a zip have one length)',
  },
  {
    name: 'a range that never ends',
    content: plus('sweep: { grid: { workload.ranks: { from: 2, to: 4, step: 0 } } }'),
    error: '9:58 sweep.grid.workload.ranks: the range never reaches its end (choose a step that leads from 2 to 4)',
  },
  {
    name: 'a factor of one',
    content: plus('sweep: { grid: { workload.size: { from: 1MiB, to: 4MiB, factor: 1 } } }'),
    error: '9:65 sweep.grid.workload.size: the range never reaches its end (choose a factor that leads from 1048576 to 4194304)',
  },
  {
    name: 'a range with step and factor',
    content: plus('sweep: { grid: { workload.size: { from: 1MiB, to: 4MiB, step: 1MiB, factor: 2 } } }'),
    error: '9:33 sweep.grid.workload.size: a range has either step or factor (write { from, to, step } or { from, to, factor })',
  },
  {
    name: 'a range of two units',
    content: plus('sweep: { grid: { workload.size: { from: 1MiB, to: 4ns, factor: 2 } } }'),
    error: '9:51 sweep.grid.workload.size: not a number or quantity like from (the same unit family as from)',
  },
  {
    name: 'too many cells',
    content: plus('sweep: { grid: { workload.size: { from: 1kB, to: 50MB, step: 1kB } }, repeat: 3 }'),
    error: '9:1 sweep: 150000 cells (at most 100000)',
  },
  {
    name: 'a zip whose first key cannot be swept',
    content: plus('sweep: { zip: { name: [a], workload.size: [1MiB, 2MiB] } }'),
    error: '9:17 sweep.zip.name: name cannot be swept (it has no effect on a run)',
  },
  {
    name: 'a zip with a range that fails',
    content: plus('sweep: { zip: { workload.ranks: { from: 2, to: 4, step: 0 }, workload.size: [1MiB, 2MiB] } }'),
    error: '9:57 sweep.zip.workload.ranks: the range never reaches its end (choose a step that leads from 2 to 4)',
  },
  {
    name: 'a key that only a broken sweep would give',
    content: withWorkload('{ kind: all-reduce }').concat('sweep: { grid: { workload.size: 1MiB } }\n'),
    error:
      '9:33 sweep.grid.workload.size: expected a list or a block of keys, got "1MiB" (start each entry with `- `, or write a block of keys such as { from: 1MiB, to: 16MiB, factor: 2 })',
  },
  ...(['kind', 'report.title', 'sweep.repeat'] as const).map((key) => ({
    name: `a swept ${key}`,
    content: plus(`sweep: { list: [{ ${key}: 1 }] }`),
    error: `9:19 sweep.list[0].${key}: ${key} cannot be swept (${FIXED[key]})`,
  })),
  {
    name: 'a swept seed that is none',
    content: plus('sweep: { grid: { seed: [1, -2] } }'),
    error: '9:28 seed: -2 is too small (write at least 0)',
  },
  {
    name: 'a swept seed whose last repeat is out of range',
    content: plus('sweep: { grid: { seed: [1, 9007199254740991] }, repeat: 2 }'),
    error: '9:28 seed: the last repeat would run with seed 9007199254740992 (at most 2^53 - 1)',
  },
  {
    name: 'an option for a seed that is swept',
    content: plus('sweep: { grid: { seed: [1, 2] } }'),
    set: ['seed=4'],
    error: "--set seed=4 seed: the sweep sets seed in every run (change the sweep instead: --set 'sweep.grid.seed=[..]')",
  },
  {
    name: 'a sweep of the sweep',
    content: plus('sweep: { grid: { sweep.repeat: [1, 2] } }'),
    error: '9:18 sweep.grid.sweep.repeat: sweep.repeat cannot be swept (a sweep does not sweep itself)',
  },
  { name: 'no repeats', content: plus('sweep: { repeat: 0 }'), error: '9:18 sweep.repeat: 0 is too small (write at least 1)' },
  {
    name: 'a last seed out of range',
    content: plus('seed: 9007199254740991', 'sweep: { repeat: 2 }'),
    error: '9:7 seed: the last repeat would run with seed 9007199254740992 (at most 2^53 - 1)',
  },
  {
    name: 'a swept contradiction',
    content: plus('sweep: { grid: { workload.ranks: [4, 5] } }'),
    error: '9:38 workload.ranks: 5 ranks on 4 hosts (a host carries one rank)',
  },

  // The report.
  {
    name: 'a chart of no column',
    content: plus('report: { charts: [{ x: seed, y: slowdwon }] }'),
    error: '9:34 report.charts[0].y: "slowdwon" is not a result column (did you mean "slowdown"?)',
  },
  {
    name: 'a chart over a key that is not swept',
    content: plus('report: { charts: [{ x: workload.size, y: slowdown }] }'),
    error:
      '9:25 report.charts[0].x: "workload.size" is not a swept key or a result column (swept here: nothing; columns such as completion_time_us or slowdown)',
  },

  // Options.
  {
    name: 'an option without equals sign',
    content: VALID_CONFIG,
    set: ['workload.size'],
    error: '--set workload.size: not of the form key=value (such as --set workload.size=4MiB)',
  },
  {
    name: 'an option without value',
    content: VALID_CONFIG,
    set: ['workload.size='],
    error: '--set workload.size= workload.size: no value after the equals sign (such as --set workload.size=4MiB)',
  },
  {
    name: 'an option with an unknown key',
    content: VALID_CONFIG,
    set: ['workload.sise=1MiB'],
    error: '--set workload.sise=1MiB workload.sise: unknown key (did you mean "size"?)',
  },
  {
    name: 'an option with a wrong value',
    content: VALID_CONFIG,
    set: ['workload.size=1'],
    error: `--set workload.size=1 workload.size: 1 has no unit (${BYTES})`,
  },
  {
    name: 'an option below a value',
    content: VALID_CONFIG,
    set: ['workload.size.x=1'],
    error: '--set workload.size.x=1 workload.size.x: workload.size is not a block (set an existing key)',
  },
  {
    name: 'an option for a list entry that is not there',
    content: VALID_CONFIG,
    set: ['failures.0.link=leaf0-spine0'],
    error: '--set failures.0.link=leaf0-spine0 failures: expected a list, got a block of keys (start each entry with `- `)',
  },
  {
    name: 'an option given twice',
    content: VALID_CONFIG,
    set: ['seed=1', 'seed=2'],
    error: '--set seed=2 seed: overwrites --set seed=1 (give each key once)',
  },
  {
    name: 'an option with a broken value',
    content: VALID_CONFIG,
    set: ['balancer={kind: ecmp'],
    error: '--set balancer={kind: ecmp balancer: a bracket, quote, comma, colon or blank is missing (a value as in the config file)',
  },
  {
    name: 'an option that the sweep overwrites',
    content: plus('sweep: { grid: { workload.size: [1MiB] } }'),
    set: ['workload.size=2MiB'],
    error:
      "--set workload.size=2MiB workload.size: the sweep sets workload.size in every run (change the sweep instead: --set 'sweep.grid.workload.size=[..]')",
  },
];
