import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChartSpec } from '../analysis/charts/input.ts';
import type { Row } from '../analysis/rows.ts';
import { ConfigError } from '../sim/base/errors.ts';
import type { Notice } from '../workloads/build-workload.ts';
import type { Json } from './config/tree.ts';
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

/** What was run: the file, and the config that the command line made of it. */
export interface ConfigFacts extends ConfigSource {
  /** SHA-256 of `text`. */
  readonly source_sha256: string;
  /** The config after `--set` and `--seed`, its sweep included. */
  readonly resolved: Json;
  /** SHA-256 of `resolved` as JSON without spaces: what the report shows. */
  readonly config_sha256: string;
}

/** What a config asks of its report. */
export interface ReportRequest {
  /** null: the name of the config. */
  readonly title: string | null;
  /** null: the default charts. */
  readonly charts: readonly ChartSpec[] | null;
}

/** `stopped`: ended from outside while it ran; it runs again with `--resume`. */
export type CellStatus = 'done' | 'failed' | 'stopped' | 'not run';

/** DIR/manifest.json: everything about a sweep that is no result, wall-clock and machine facts included. */
export interface Manifest extends ManifestHead {
  /** In cell order. */
  readonly cells: readonly ManifestCell[];
}

/** The same but for its list of cells, which may be long. */
export interface ManifestHead {
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
  readonly config: ConfigFacts;
  readonly report: ReportRequest;
  /** What is run, a fact a line. */
  readonly description: readonly string[];
  readonly swept_keys: readonly string[];
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

export const configFacts = (source: ConfigSource, resolved: Json): ConfigFacts => ({
  ...source,
  source_sha256: sha256(source.text),
  resolved,
  config_sha256: sha256(JSON.stringify(resolved)),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The fields of a manifest that are read back. */
const READ_FIELDS = z.looseObject({
  format: z.literal(FORMAT),
  netsim_version: z.string(),
  model_version: z.number(),
  name: z.string(),
  cells_total: z.number(),
  config: z.looseObject({ text: z.string(), config_sha256: z.string() }),
  report: z.looseObject({
    title: z.string().nullable(),
    charts: z.array(z.looseObject({ x: z.string(), y: z.string(), series: z.string().nullable() })).nullable(),
  }),
  description: z.array(z.string()),
  swept_keys: z.array(z.string()),
  cells: z.array(
    z.looseObject({
      run_id: z.string().regex(/^\w+$/),
      seed: z.number(),
      swept: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  failures: z.array(z.looseObject({ cell: z.string(), message: z.string(), repeat: z.string() })),
});

export const manifestPath = (dir: string): string => join(dir, 'manifest.json');

/** Writes DIR/manifest.json; the cells are asked for one at a time. */
export function writeManifest(dir: string, head: ManifestHead, cells: Iterable<ManifestCell>): void {
  writeAtomic(manifestPath(dir), manifestParts(head, cells));
}

/** The parts of JSON with an indent of 2. */
function* manifestParts(head: ManifestHead, cells: Iterable<ManifestCell>): Generator<string> {
  const fields = JSON.stringify(head, null, 2);
  yield `${fields.slice(0, -'\n}'.length)},\n  "cells": [`;
  let isFirst = true;
  for (const cell of cells) {
    yield `${isFirst ? '' : ','}\n    ${JSON.stringify(cell, null, 2).replaceAll('\n', '\n    ')}`;
    isFirst = false;
  }
  yield isFirst ? ']\n}\n' : '\n  ]\n}\n';
}

/**
 * The manifest of a result folder.
 *
 * @throws ConfigError when `dir` holds none, or one of another format, or an incomplete one
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
  let manifest: unknown = null;
  try {
    manifest = JSON.parse(text);
  } catch {
    // Refused below, like every file that is no manifest.
  }
  if (!READ_FIELDS.safeParse(manifest).success) {
    throw new ConfigError('E151', `${file} is no complete ${FORMAT} file`, { hint: 'run the sweep again with --resume' });
  }
  return manifest as Manifest;
}
