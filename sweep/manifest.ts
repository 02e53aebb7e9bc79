import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ChartSpec } from '../analysis/charts/input.ts';
import type { Row } from '../analysis/rows.ts';
import { ConfigError } from '../sim/base/errors.ts';
import type { Notice } from '../workloads/build-workload.ts';
import { MODEL_VERSION, netsimVersion } from './version.ts';
import { writeAtomic } from './write-atomic.ts';

const FORMAT = 'netsim-manifest/1';

/** Where a sweep came from, in full: enough to run it again. */
export interface ConfigSource {
  /** The path as the user gave it. */
  readonly file: string;
  /** The file, byte for byte. */
  readonly text: string;
  /** `key=value` of each `--set`. */
  readonly overrides: readonly string[];
  /** `--seed`; null when the config's own seed holds. */
  readonly seed: number | null;
}

/** What a config asks of its report. */
export interface ReportRequest {
  /** null: the name of the config. */
  readonly title: string | null;
  /** null: the default charts. */
  readonly charts: readonly ChartSpec[] | null;
}

export type CellStatus = 'done' | 'failed' | 'not run';

/** DIR/manifest.json: everything about a sweep that is no result, wall-clock and machine facts included. */
export interface Manifest {
  readonly format: string;
  readonly netsim_version: string;
  readonly model_version: number;
  readonly node_version: string;
  readonly name: string;
  /** False while it runs, and when it was interrupted. */
  readonly finished: boolean;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly wall_seconds: number | null;
  readonly cells_total: number;
  readonly cells_done: number;
  /** Of those done, how many were taken over from an earlier run by `--resume`. */
  readonly cells_reused: number;
  readonly jobs: number;
  readonly machine: { readonly platform: string; readonly cpu: string; readonly cores: number; readonly memory_bytes: number };
  readonly config: ConfigSource & { readonly sha256: string };
  readonly report: ReportRequest;
  /** What is run, a fact a line. */
  readonly description: readonly string[];
  readonly swept_keys: readonly string[];
  readonly cells: readonly ManifestCell[];
  readonly failures: readonly ManifestFailure[];
  readonly unfinished: readonly { readonly run_id: string; readonly reason: string }[];
  readonly notices: readonly Notice[];
}

/** A cell; its resolved config is in `cells/<run_id>.json`. */
export interface ManifestCell {
  readonly run_id: string;
  readonly seed: number;
  readonly swept: Row;
  readonly status: CellStatus;
}

export interface ManifestFailure {
  readonly run_id: string;
  /** Its swept values and seed, for a person. */
  readonly cell: string;
  readonly code: string;
  readonly message: string;
  /** The command that repeats this cell alone. */
  readonly repeat: string;
}

/** The facts of the machine and the versions, the same in every manifest that this process writes. */
export function environmentFacts(): Pick<Manifest, 'format' | 'netsim_version' | 'model_version' | 'node_version' | 'machine'> {
  const cores = cpus();
  return {
    format: FORMAT,
    netsim_version: netsimVersion(),
    model_version: MODEL_VERSION,
    node_version: process.version,
    machine: {
      platform: `${process.platform} ${process.arch}`,
      cpu: cores[0]?.model.trim() ?? 'unknown',
      cores: cores.length,
      memory_bytes: totalmem(),
    },
  };
}

export const sourceWithHash = (source: ConfigSource): Manifest['config'] => ({
  ...source,
  sha256: createHash('sha256').update(source.text).digest('hex'),
});

export const manifestPath = (dir: string): string => join(dir, 'manifest.json');

export function writeManifest(dir: string, manifest: Manifest): void {
  writeAtomic(manifestPath(dir), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * The manifest of a result folder.
 *
 * @throws ConfigError when `dir` holds none, or one of another format
 */
export function readManifest(dir: string): Manifest {
  const file = manifestPath(dir);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError('E150', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      hint: 'give a folder that netsim sweep has written',
    });
  }
  let manifest: Partial<Manifest> | null = null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    // Falls through to the same refusal as any other file that is no manifest.
  }
  if (manifest?.format !== FORMAT) {
    throw new ConfigError('E151', `${file} is no ${FORMAT} file`, { hint: 'run the sweep again with --resume' });
  }
  return manifest as Manifest;
}
