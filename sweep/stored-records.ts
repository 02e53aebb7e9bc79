import type { ProbeLines } from '../analysis/probe-lines.ts';
import type { CellRecord, FabricLinkRecord, Row } from '../analysis/rows.ts';
import { CellError } from '../sim/base/errors.ts';
import type { ReadCell } from './cell-store.ts';
import { readCell } from './cell-store.ts';

/**
 * The records of stored cells for the report. Of each only the row and those of its jobs are held; what the charts need beyond it (percentiles, link loads, probes)
 * is read from the cell's file when it is asked for, so that the memory of a long sweep is that of its table. The cell that was read last is
 * kept, since both are asked for in turn.
 */
export class StoredRecords {
  readonly #dir: string;
  #last: { readonly runId: string; readonly record: CellRecord } | null = null;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The record of a cell that is stored, `row` being its row under the labels of the sweep. */
  record({ probes, ...record }: KeptRecord & Pick<CellRecord, 'probes'>): CellRecord {
    // V8 makes an object that was filled key by key a hash table of 1.7 kB; its copy is a plain object of 0.35 kB.
    const kept = { ...record, row: { ...record.row } };
    return probes === undefined ? new StoredRecord(kept, this) : new ProbedRecord(kept, this);
  }

  /** @throws CellError when the file of a cell that was there is not usable any more */
  read(runId: string): CellRecord {
    if (this.#last?.runId !== runId) {
      const found = readCell(this.#dir, runId);
      if (found.kind !== 'found') throw lostCell(runId, found);
      this.#last = { runId, record: found.cell.record };
    }
    return this.#last.record;
  }
}

/** For a cell that was stored and is not there when its result is needed. */
export function lostCell(runId: string, found: Exclude<ReadCell, { kind: 'found' }>): CellError {
  const message = `cells/${runId}.json is ${found.kind === 'absent' ? 'gone' : `not usable (${found.reason})`}`;
  return new CellError('E211', message, { hint: 'run the sweep again with --resume, and change nothing in its folder meanwhile' });
}

/** What is held of a stored cell. */
type KeptRecord = Pick<CellRecord, 'row' | 'jobs' | 'unfinishedReason' | 'criticalPath' | 'theory'>;

class StoredRecord implements CellRecord {
  readonly row: Row;
  readonly jobs: readonly Row[];
  readonly unfinishedReason: string | null;
  readonly criticalPath?: readonly Row[];
  readonly theory?: Readonly<Record<string, Row>>;
  readonly #records: StoredRecords;

  constructor({ row, jobs, unfinishedReason, criticalPath, theory }: KeptRecord, records: StoredRecords) {
    this.row = row;
    this.jobs = jobs;
    this.unfinishedReason = unfinishedReason;
    this.#records = records;
    if (criticalPath !== undefined) this.criticalPath = criticalPath;
    if (theory !== undefined) this.theory = theory;
  }

  get fctPercentilesUs(): readonly number[] | null {
    return this.stored().fctPercentilesUs;
  }

  get fabricLinks(): readonly FabricLinkRecord[] {
    return this.stored().fabricLinks;
  }

  protected stored(): CellRecord {
    return this.#records.read(String(this.row['run_id']));
  }
}

/** One of a run with probes: of the others no file is read to see that there are none. */
class ProbedRecord extends StoredRecord {
  get probes(): ProbeLines {
    return this.stored().probes!;
  }
}
