import { ConfigError } from '../../sim/base/errors.ts';
import type { Assignment } from './assign.ts';
import { assign, covers } from './assign.ts';
import { problem } from './problem.ts';
import type { MapNode, Place } from './tree.ts';
import { parsePath } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** Keys of these blocks are dotted themselves: what follows is one key. */
const DOTTED_BLOCKS = ['sweep.grid.', 'sweep.zip.'];

/** What `--set` and `--seed` made of a document. */
export interface Overridden {
  readonly root: MapNode;
  readonly assignments: readonly Assignment[];
  readonly errors: readonly ConfigError[];
}

/** Applies `--set key=value` options in their order, then `--seed`. Errors name the option as their place. */
export function applyOverrides(root: MapNode, set: readonly string[], seed: number | undefined): Overridden {
  const errors: ConfigError[] = [];
  const assignments: Assignment[] = [];
  let tree = root;
  const options = seed === undefined ? set.map(parseOption) : [...set.map(parseOption), seedOption(seed)];
  for (const parsed of options) {
    if (Array.isArray(parsed)) {
      errors.push(...parsed);
      continue;
    }
    const earlier = assignments.find((other) => covers(parsed.path, other.path));
    if (earlier !== undefined) {
      errors.push(problem('badOption', parsed.keyAt, parsed.key, `overwrites ${earlier.keyAt.file}`, 'give each key once'));
      continue;
    }
    assignments.push(parsed);
    const next = assign(tree, parsed);
    if (next instanceof ConfigError) errors.push(next);
    else tree = next;
  }
  return { root: tree, assignments, errors };
}

function seedOption(seed: number): Assignment {
  const at: Place = { file: `--seed ${seed}` };
  return { key: 'seed', path: ['seed'], keyAt: at, value: { kind: 'scalar', value: seed, text: String(seed), at } };
}

function parseOption(option: string): Assignment | ConfigError[] {
  const at: Place = { file: `--set ${option.length > 80 ? `${option.slice(0, 80)}...` : option}` };
  const equals = option.indexOf('=');
  const key = option.slice(0, equals).trim();
  if (equals < 0 || key === '') return [problem('badOption', at, '', 'not of the form key=value', 'such as --set workload.size=4MiB')];
  const dottedBlock = DOTTED_BLOCKS.find((block) => key.startsWith(block));
  const path = dottedBlock === undefined ? parsePath(key) : [...dottedBlock.split('.').slice(0, 2), key.slice(dottedBlock.length)];
  if (path.includes('') || path.includes('__proto__'))
    return [problem('badOption', at, '', `"${key}" is not a dotted key`, 'such as workload.size')];
  const { root: value, errors } = parseYaml(option.slice(equals + 1), () => at);
  if (errors.length > 0) return errors.map((error) => problem('badOption', at, key, error.message, 'a value as in the config file'));
  if (value === null) return [problem('badOption', at, key, 'no value after the equals sign', 'such as --set workload.size=4MiB')];
  return { key, path, keyAt: at, value };
}

/** A `--set` that a swept value would overwrite in every run has no effect: an error for each. */
export function overwrittenOverrides(assignments: readonly Assignment[], swept: readonly Assignment['path'][]): ConfigError[] {
  return assignments.flatMap((assignment) => {
    const key = swept.find((path) => covers(path, assignment.path));
    if (key === undefined) return [];
    const hint = `change the sweep instead: --set 'sweep.grid.${key.join('.')}=[..]'`;
    return [problem('badOption', assignment.keyAt, assignment.key, `the sweep sets ${key.join('.')} in every run`, hint)];
  });
}
