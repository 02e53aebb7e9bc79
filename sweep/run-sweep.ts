import type { CellRecord, Row } from '../analysis/rows.ts';
import type { Notice } from '../workloads/build-workload.ts';
import type { ReadCell, StoredCell } from './cell-store.ts';
import { readCell, relabelled, writeCell } from './cell-store.ts';
import type { AnyCell, CellKey, CellList } from './cells.ts';
import type { Json } from './config/tree.ts';
import { cellLabel, sweptKeys } from './labels.ts';
import type { CellStatus, ConfigSource, ManifestCell, ManifestHead, ReportRequest } from './manifest.ts';
import { writeManifest } from './manifest.ts';
import { manifestHead } from './manifest-head.ts';
import type { CellFailure } from './outcome.ts';
import { describeFailure } from './outcome.ts';
import type { CellControl, CellRunner } from './pool.ts';
import { workerPool } from './pool.ts';
import { writeProbes } from './probe-files.ts';
import type { SweepProgress } from './progress.ts';
import { removeRepeatConfigs, repeatCommand, writeRepeatConfig } from './repeat.ts';
import { writeReport } from './report.ts';
import { checkResultDir, leftOutWarning, startResultDir } from './result-dir.ts';
import { lostCell, StoredRecords } from './stored-records.ts';
import { writeJobTable, writeTable } from './table.ts';
import { mostThreads, usefulThreads } from './thread-team.ts';
import type { TraceFile } from './trace-file.ts';

/** What is swept, and what the result folder says about it. */
export interface SweepInput {
  readonly name: string;
  readonly cells: CellList;
  readonly source: ConfigSource;
  /** The config after `--set` and `--seed`, its sweep included. */
  readonly document: Json;
  readonly report: ReportRequest;
}

export interface SweepOptions {
  /** Result folder; made if absent. */
  readonly dir: string;
  /** Cells that run at once; where there are fewer cells, what is left over goes to threads of a cell. */
  readonly jobs: number;
  /** Threads of every cell, as far as it can be divided, instead of as many as pay: a whole number. No result depends on it. */
  readonly threads?: number;
  /** Go on with `dir`: cells that it holds are not run again. */
  readonly resume?: boolean;
  /** When it aborts no further cell starts; what runs is finished and kept. */
  readonly signal?: AbortSignal;
  /** Follows the running cells, and ends them: such a cell has a row in the table, but it is not stored and runs again on resume. */
  readonly control?: CellControl;
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Lines for the user: unusable stored cells, failures, runs that did not finish. */
  readonly onMessage?: (text: string) => void;
  /** Where the trace of a run goes: of the one cell that there is. */
  readonly trace?: TraceFile;
  /** Makes what runs the cells; worker threads by default. */
  readonly runner?: (jobs: number) => Promise<CellRunner>;
}

export interface FailedCell {
  readonly cell: CellKey;
  readonly failure: CellFailure;
  /** The command that repeats this cell alone. */
  readonly repeat: string;
}

export interface SweepOutcome {
  readonly dir: string;
  readonly sweptKeys: readonly string[];
  /**
   * Of the cells that ran, in cell order. What a record holds beyond its row is read from `dir` when it is asked for, by getters: a copy of a
   * record has its row only.
   */
  readonly records: readonly CellRecord[];
  readonly failures: readonly FailedCell[];
  /** What importers warned about, each once. */
  readonly notices: readonly Notice[];
  /** Cells were left out because the signal aborted, or ended early because the stop flag was raised. */
  readonly interrupted: boolean;
  /** 0 all ran and finished; 130 interrupted; 3 a proven bound was violated; 1 a cell failed or did not finish. */
  readonly exitCode: 0 | 1 | 3 | 130;
}

/**
 * Runs the cells that have no stored result yet, stores each as it ends, and writes DIR/results.csv, manifest.json, report.html and
 * charts/*.svg. Rows stand in cell order and do not depend on `jobs`, on interruption, or on what was taken over.
 *
 * @throws ConfigError when `dir` is not to be written to, or cannot be
 */
export async function runSweep(input: SweepInput, options: SweepOptions): Promise<SweepOutcome> {
  const { dir, resume = false, signal, threads = 1 } = options;
  if (!(Number.isInteger(threads) && threads >= 1)) throw new RangeError(`threads is a whole number of at least 1, not ${threads}`);
  const runIds = input.cells.keys.map((key) => key.runId);
  const leftOut = checkResultDir(dir, resume, runIds);
  if (leftOut > 0) options.onMessage?.(leftOutWarning(dir, leftOut));
  const run = new SweepRun(input, options);
  if (resume) run.takeOver();
  startResultDir(dir, () => run.writeManifest(false));
  await run.runMissing(options.runner ?? workerPool, signal);
  return run.conclude();
}

const NOT_RUN = 0;
const DONE = 1;
const FAILED = 2;
const STOPPED = 3;
const STATUS_WORDS: readonly CellStatus[] = ['not run', 'done', 'failed', 'stopped'];

/**
 * The state of one sweep: what is stored, what failed, what runs. Results are on disk only; of a cell that has ended nothing is held but
 * its status, and why it failed or did not finish.
 */
class SweepRun {
  readonly #input: SweepInput;
  readonly #options: SweepOptions;
  readonly #keys: readonly CellKey[];
  readonly #startedMs = Date.now();
  /** By cell. */
  readonly #status: Uint8Array;
  readonly #failed = new Map<number, CellFailure>();
  /** Reasons of the runs that did not finish, by cell; and the notices of all cells by their text. */
  readonly #unfinished = new Map<number, string>();
  readonly #notices = new Map<string, Notice>();
  /** Partial results, at most one a lane, by cell. */
  readonly #stopped = new Map<number, CellRecord>();
  readonly #running = new Set<CellKey>();
  #done = 0;
  #reused = 0;

  constructor(input: SweepInput, options: SweepOptions) {
    this.#input = input;
    this.#options = options;
    this.#keys = input.cells.keys;
    this.#status = new Uint8Array(this.#keys.length);
  }

  takeOver(): void {
    this.#keys.forEach(({ runId }, index) => {
      const found = this.#read(index);
      if (found.kind === 'found') {
        this.#status[index] = DONE;
        this.#note(index, found.cell);
      }
      if (found.kind === 'unusable') this.#say(`warning: cells/${runId}.json is not usable (${found.reason}): the cell runs again`);
    });
    this.#done = this.#count(DONE);
    this.#reused = this.#done;
  }

  /** Runs what is missing, `jobs` cells at once: each lane derives its next cell when it has stored the one before. */
  async runMissing(makeRunner: (jobs: number) => Promise<CellRunner>, signal: AbortSignal | undefined): Promise<void> {
    const missing = this.#count(NOT_RUN);
    this.#report();
    if (missing === 0) return;
    const lanes = Math.min(this.#options.jobs, missing);
    const runner = await makeRunner(lanes);
    try {
      let next = 0;
      let toStart = missing;
      let hasFailed = false;
      let free = this.#options.jobs;
      const lane = async (): Promise<void> => {
        while (signal?.aborted !== true && !hasFailed) {
          const index = this.#status.indexOf(NOT_RUN, next);
          if (index < 0) return;
          next = index + 1;
          const cell = this.#input.cells.at(index);
          // Many cells run side by side, one thread each; fewer cells than processors share them out.
          const threads = this.#threadsOf(cell, Math.max(1, Math.floor(free / toStart)));
          toStart--;
          free -= threads;
          try {
            await this.#runOne(cell, runner, threads);
          } catch (error) {
            // What the disk refuses ends the sweep: no lane starts another cell.
            hasFailed = true;
            throw error;
          }
          free += threads;
        }
      };
      const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
      for (const end of ended) if (end.status === 'rejected') throw end.reason;
    } finally {
      await runner.close();
    }
  }

  /** @param share of the processors that are free */
  #threadsOf({ scenario }: AnyCell, share: number): number {
    const { threads } = this.#options;
    return threads === undefined ? usefulThreads(scenario, share) : Math.min(threads, mostThreads(scenario));
  }

  async #runOne(cell: AnyCell, runner: CellRunner, threads: number): Promise<void> {
    const { index, runId, seed, swept, scenario } = cell;
    const { trace } = this.#options;
    const key = this.#keys[index]!;
    this.#running.add(key);
    this.#report();
    const outcome = await runner.run(
      { runId, seed, swept, scenario, ...(trace === undefined ? {} : { trace }) },
      this.#options.control,
      threads,
    );
    this.#running.delete(key);
    if (outcome.kind === 'done') {
      const { record, notices, facts, probes } = outcome;
      // First, so that a stored cell has them.
      if (probes !== undefined) writeProbes(this.#options.dir, runId, probes);
      writeCell(this.#options.dir, runId, { config: cell.config, record, notices, facts });
      this.#status[index] = DONE;
      this.#done += 1;
    } else if (outcome.kind === 'stopped') {
      this.#stopped.set(index, outcome.record);
      this.#status[index] = STOPPED;
      this.#say(`${cellLabel(key)}: ${outcome.record.unfinishedReason ?? 'stopped'}`);
    } else {
      this.#failed.set(index, outcome.failure);
      this.#status[index] = FAILED;
      this.#tellRepeat(cell, describeFailure(outcome.failure));
    }
    this.#report();
  }

  /** Writes the tables, the manifest and the report of what there is. */
  async conclude(): Promise<SweepOutcome> {
    const { dir } = this.#options;
    const swept = sweptKeys(this.#keys);
    const records: CellRecord[] = [];
    this.#unfinished.clear();
    this.#notices.clear();
    writeTable(dir, swept, this.#rows(records));
    writeJobTable(dir, swept, records);
    for (const [index, reason] of this.#unfinished) this.#tellRepeat(this.#input.cells.at(index), `did not finish: ${reason}`);
    const troubled = [...this.#failed.keys(), ...this.#unfinished.keys()];
    removeRepeatConfigs(dir, new Set(troubled.map((index) => this.#keys[index]!.runId)));
    const interrupted = this.#count(NOT_RUN) + this.#stopped.size > 0;
    const head = this.writeManifest(!interrupted, Date.now());
    await writeReport(dir, head, records);
    return {
      dir,
      sweptKeys: swept,
      records,
      failures: this.#failures(),
      notices: head.notices,
      interrupted,
      exitCode: this.#exitCode(interrupted),
    };
  }

  /** The rows of the cells in cell order, those stored read one at a time; their records, reasons and notices are gathered on the way. */
  *#rows(records: CellRecord[]): Generator<Row> {
    const stored = new StoredRecords(this.#options.dir);
    for (let index = 0; index < this.#keys.length; index++) {
      const key = this.#keys[index]!;
      const partial = this.#stopped.get(index);
      if (partial !== undefined) {
        records.push(relabelled(partial, key));
        yield records.at(-1)!.row;
      }
      if (this.#status[index] !== DONE) continue;
      const found = this.#read(index);
      if (found.kind !== 'found') throw lostCell(key.runId, found);
      this.#note(index, found.cell);
      const record = relabelled(found.cell.record, key);
      records.push(stored.record(record));
      yield record.row;
    }
  }

  writeManifest(finished: boolean, endedMs: number | null = null): ManifestHead {
    const head = manifestHead({
      input: this.#input,
      jobs: this.#options.jobs,
      startedMs: this.#startedMs,
      endedMs,
      finished,
      done: this.#done,
      reused: this.#reused,
      failures: this.#failures().map(({ cell, failure, repeat }) => ({
        run_id: cell.runId,
        cell: cellLabel(cell),
        code: failure.code,
        message: describeFailure(failure),
        repeat,
      })),
      unfinished: [...this.#unfinished].map(([index, reason]) => ({ run_id: this.#keys[index]!.runId, reason })),
      notices: [...this.#notices.values()],
    });
    writeManifest(this.#options.dir, head, this.#manifestCells());
    return head;
  }

  *#manifestCells(): Generator<ManifestCell> {
    for (let index = 0; index < this.#keys.length; index++) {
      const { runId, seed, swept } = this.#keys[index]!;
      yield { run_id: runId, seed, swept, status: STATUS_WORDS[this.#status[index]!]! };
    }
  }

  #failures(): FailedCell[] {
    const { dir } = this.#options;
    const inOrder = [...this.#failed].sort(([a], [b]) => a - b);
    return inOrder.map(([index, failure]) => {
      const cell = this.#keys[index]!;
      return { cell, failure, repeat: repeatCommand(dir, cell.runId) };
    });
  }

  #exitCode(interrupted: boolean): SweepOutcome['exitCode'] {
    if (interrupted) return 130;
    const failures = [...this.#failed.values()];
    if (failures.some((failure) => failure.exitCode === 3)) return 3;
    return failures.length > 0 || this.#unfinished.size > 0 ? 1 : 0;
  }

  #read(index: number): ReadCell {
    return readCell(this.#options.dir, this.#keys[index]!.runId);
  }

  /** What is held of a stored cell. */
  #note(index: number, { record, notices }: StoredCell): void {
    if (record.unfinishedReason !== null) this.#unfinished.set(index, record.unfinishedReason);
    for (const notice of notices) this.#notices.set(notice.text, notice);
  }

  #count(status: number): number {
    return this.#status.reduce((count, of) => (of === status ? count + 1 : count), 0);
  }

  /** Says what is wrong with a cell and leaves its config with the command that repeats it. */
  #tellRepeat(cell: AnyCell, what: string): void {
    const { dir } = this.#options;
    writeRepeatConfig(dir, cell, this.#input.source.file);
    this.#say(`${cellLabel(cell)}: ${what}\n  repeat it with: ${repeatCommand(dir, cell.runId)}`);
  }

  #say(text: string): void {
    this.#options.onMessage?.(text);
  }

  #report(): void {
    this.#options.onProgress?.({
      total: this.#keys.length,
      done: this.#done,
      reused: this.#reused,
      failed: this.#failed.size,
      running: [...this.#running].map(cellLabel),
      elapsedSeconds: (Date.now() - this.#startedMs) / 1000,
    });
  }
}
