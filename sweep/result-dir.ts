import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../sim/base/errors.ts';
import type { Manifest } from './manifest.ts';
import { manifestPath, readManifest } from './manifest.ts';
import { MODEL_VERSION } from './version.ts';
import { writingTo } from './write-failure.ts';

const OTHER_FOLDER = 'give another folder with --out';

/**
 * Refuses a result folder that a sweep must not or cannot write to: one that has content, unless `resume` goes on with the folder of the
 * same sweep; one that is not writable, as far as that shows without writing. Writes nothing.
 *
 * @param runIds of all cells of the sweep
 * @returns how many runs are stored in `dir` that are not part of the sweep: the config was edited between the two
 * @throws ConfigError
 */
export function checkResultDir(dir: string, resume: boolean, runIds: readonly string[]): number {
  return writingTo(dir, OTHER_FOLDER, () => {
    const [nearest] = missingFolders(dir);
    if (!statSync(nearest).isDirectory()) {
      const message = nearest === resolve(dir) ? `${dir} is a file` : `cannot write ${dir}: ${nearest} is a file`;
      throw new ConfigError('E152', message, { hint: OTHER_FOLDER });
    }
    accessSync(nearest, constants.W_OK | constants.X_OK);
    if (nearest !== resolve(dir) || readdirSync(dir).length === 0) return 0;
    if (resume) return runsOfOthers(dir, new Set(runIds));
    const isResultDir = existsSync(manifestPath(dir));
    throw new ConfigError('E154', `${dir} already holds ${isResultDir ? 'results' : 'files'}`, {
      hint: isResultDir ? `add --resume to go on with it, or ${OTHER_FOLDER}` : OTHER_FOLDER,
    });
  });
}

/**
 * Makes a result folder and what is missing above it, and runs the first writes to it.
 *
 * @throws ConfigError when one of them fails
 */
export function startResultDir(dir: string, firstWrites: () => void): void {
  writingTo(dir, OTHER_FOLDER, () => {
    // One level at a time: mkdirSync with `recursive` never ends where the parent exists and the system still answers ENOENT, as below
    // /proc.
    const [, missing] = missingFolders(dir);
    for (const folder of missing) mkdirSync(folder);
    firstWrites();
  });
}

/** For a user who resumes after the config was edited. */
export const leftOutWarning = (dir: string, runs: number): string =>
  `warning: ${runs} ${runs === 1 ? 'run' : 'runs'} stored in ${dir} ${runs === 1 ? 'is' : 'are'} not part of this sweep: the results leave them out`;

/** The nearest folder above a path, itself included, that is there (or a file in its place), and those to be made below it in order. */
function missingFolders(dir: string): readonly [nearest: string, missing: readonly string[]] {
  const missing: string[] = [];
  let nearest = resolve(dir);
  while (!existsSync(nearest) && dirname(nearest) !== nearest) {
    missing.unshift(nearest);
    nearest = dirname(nearest);
  }
  return [nearest, missing];
}

/** Of the runs stored in a folder to be resumed, how many are none of `own`. Refuses the folder of an entirely different sweep. */
function runsOfOthers(dir: string, own: ReadonlySet<string>): number {
  const manifest = manifestOrNull(dir);
  const stored = storedRunIds(dir);
  const known = [...stored, ...(manifest?.cells ?? []).map((cell) => cell.run_id)];
  if (known.some((runId) => own.has(runId))) return stored.filter((runId) => !own.has(runId)).length;
  if (manifest === null) {
    throw new ConfigError('E153', `${dir} holds files but no manifest.json of a sweep: it is no result folder`, { hint: OTHER_FOLDER });
  }
  if (known.length === 0) return 0;
  const version = manifest.model_version === MODEL_VERSION ? '' : ` of model version ${manifest.model_version}`;
  const sweep = `${manifest.name}, ${manifest.cells.length} cells${version}`;
  throw new ConfigError('E156', `${dir} holds the results of another sweep (${sweep}); none of its runs is part of this one`, {
    hint: OTHER_FOLDER,
  });
}

/** null: there is none, or one that cannot be used. */
function manifestOrNull(dir: string): Manifest | null {
  try {
    return readManifest(dir);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function storedRunIds(dir: string): readonly string[] {
  const cells = join(dir, 'cells');
  if (!existsSync(cells)) return [];
  return readdirSync(cells).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
}
