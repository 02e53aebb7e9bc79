import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellRecord, Row } from '../analysis/rows.ts';
import { InternalError } from '../sim/base/errors.ts';
import { resultColumnsOf } from './any-scenario.ts';
import type { CellKey } from './cells.ts';
import type { CellResult } from './outcome.ts';
import { MODEL_VERSION } from './version.ts';
import { writeAtomic } from './write-atomic.ts';

const FORMAT = 'netsim-cell/1';

/** A finished cell on disk. `config` is its resolved config, which runs again to the same row. */
export interface StoredCell extends Omit<CellResult, 'probes'> {
  readonly config: unknown;
}

export type ReadCell =
  | { readonly kind: 'found'; readonly cell: StoredCell }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly reason: string };

export const cellPath = (dir: string, runId: string): string => join(dir, 'cells', `${runId}.json`);

/** Stores a finished cell under its content address, atomically, with a checksum over its content. */
export function writeCell(dir: string, runId: string, cell: StoredCell): void {
  for (const [column, value] of Object.entries(cell.record.row)) {
    // JSON has no spelling for these: the row would change when it is read back.
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new InternalError('E910', `column ${column} of cell ${runId} is ${value}`, { hint: 'please report it' });
    }
  }
  mkdirSync(join(dir, 'cells'), { recursive: true });
  const content = JSON.stringify(cell);
  const envelope = { format: FORMAT, model_version: MODEL_VERSION, run_id: runId, sha256: sha256(content) };
  writeAtomic(cellPath(dir, runId), `{"envelope":${JSON.stringify(envelope)},"content":${content}}\n`);
}

/** Reads a stored cell. Anything but a whole, unaltered file of this model version is unusable, with the reason. */
export function readCell(dir: string, runId: string): ReadCell {
  let text: string;
  try {
    text = readFileSync(cellPath(dir, runId), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' };
    return { kind: 'unusable', reason: (error as Error).message };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { kind: 'unusable', reason: 'not complete JSON' };
  }
  const { envelope, content } = (parsed ?? {}) as {
    envelope?: Partial<Record<'format' | 'model_version' | 'run_id' | 'sha256', unknown>>;
    content?: StoredCell;
  };
  if (envelope?.format !== FORMAT || content === undefined) return { kind: 'unusable', reason: `not a ${FORMAT} file` };
  if (envelope.model_version !== MODEL_VERSION) {
    return { kind: 'unusable', reason: `of model version ${String(envelope.model_version)}, now ${MODEL_VERSION}` };
  }
  if (envelope.run_id !== runId) return { kind: 'unusable', reason: `of another run, ${String(envelope.run_id)}` };
  if (envelope.sha256 !== sha256(JSON.stringify(content))) return { kind: 'unusable', reason: 'its checksum does not match' };
  return { kind: 'found', cell: content };
}

/**
 * The record under the labels of this sweep: the same run may have been stored by a sweep over other keys. Every record passes here,
 * fresh or read back, so that rows cannot depend on which it was.
 */
export function relabelled(record: CellRecord, key: CellKey): CellRecord {
  const row: Record<string, Row[string]> = {
    run_id: key.runId,
    seed: key.seed,
    fidelity: record.row['fidelity'] ?? null,
    ...key.swept,
  };
  for (const column of resultColumnsOf(record.row)) row[column] = record.row[column] ?? null;
  return { ...record, row };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
