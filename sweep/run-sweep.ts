import type { CellRecord } from '../analysis/rows.ts';
import type { Notice } from '../workloads/build-workload.ts';
import type { ReadCell, StoredCell } from './cell-store.ts';
import { readCell, relabelled, writeCell } from './cell-store.ts';
import type { Cell } from './cells.ts';
import type { Json } from './config/tree.ts';
import { describeCells, describeOverrides } from './describe.ts';
import { cellLabel, sweptKeys } from './labels.ts';
import type { CellStatus, ConfigSource, Manifest, ReportRequest } from './manifest.ts';
import { configFacts, environmentFacts, writeManifest } from './manifest.ts';
import type { CellFailure } from './outcome.ts';
import { describeFailure } from './outcome.ts';
import type { CellRunner } from './pool.ts';
import { workerPool } from './pool.ts';
import type { SweepProgress } from './progress.ts';
import { removeRepeatConfigs, repeatCommand, writeRepeatConfig } from './repeat.ts';
import { writeReport } from './report.ts';
import { checkResultDir, leftOutWarning, startResultDir } from './result-dir.ts';
import { writeTable } from './table.ts';

/** What is swept, and what the result folder says about it. */
export interface SweepInput {
  readonly name: string;
  /** In the order of the rows; no two with the same `runId`. */
  readonly cells: readonly Cell[];
  readonly source: ConfigSource;
  /** The config after `--set` and `--seed`, its sweep included. */
  readonly document: Json;
  readonly report: ReportRequest;
}

export interface SweepOptions {
  /** Result folder; made if absent. */
  readonly dir: string;
  /** Cells that run at once. */
  readonly jobs: number;
  /** Go on with `dir`: cells that it holds are not run again. */
  readonly resume?: boolean;
  /** When it aborts no further cell starts; what runs is finished and kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Lines for the user: unusable stored cells, failures, runs that did not finish. */
  readonly onMessage?: (text: string) => void;
  /** Makes what runs the cells; worker threads by default. */
  readonly runner?: (jobs: number) => Promise<CellRunner>;
}

export interface FailedCell {
  readonly cell: Cell;
  readonly failure: CellFailure;
  /** The command that repeats this cell alone. */
  readonly repeat: string;
}

export interface SweepOutcome {
  readonly dir: string;
  readonly sweptKeys: readonly string[];
  /** Of the cells that ran, in cell order. */
  readonly records: readonly CellRecord[];
  readonly failures: readonly FailedCell[];
  /** What importers warned about, each once. */
  readonly notices: readonly Notice[];
  /** Cells were left out because the signal aborted. */
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
  const { dir, resume = false, signal } = options;
  const runIds = input.cells.map((cell) => cell.runId);
  const leftOut = checkResultDir(dir, resume, runIds);
  if (leftOut > 0) options.onMessage?.(leftOutWarning(dir, leftOut));
  const run = new SweepRun(input, options);
  if (resume) run.takeOver((runId) => readCell(dir, runId));
  startResultDir(dir, () => writeManifest(dir, run.manifest(false)));
  await run.runMissing(options.runner ?? workerPool, signal);
  return run.conclude();
}

/** The state of one sweep: what is stored, what failed, what runs. */
class SweepRun {
  readonly #input: SweepInput;
  readonly #options: SweepOptions;
  readonly #startedMs = Date.now();
  readonly #stored = new Map<string, StoredCell>();
  readonly #failed = new Map<string, CellFailure>();
  readonly #running = new Set<Cell>();
  #reused = 0;

  constructor(input: SweepInput, options: SweepOptions) {
    this.#input = input;
    this.#options = options;
  }

  takeOver(read: (runId: string) => ReadCell): void {
    for (const { runId } of this.#input.cells) {
      const found = read(runId);
      if (found.kind === 'found') this.#stored.set(runId, found.cell);
      if (found.kind === 'unusable') this.#say(`warning: cells/${runId}.json is not usable (${found.reason}): the cell runs again`);
    }
    this.#reused = this.#stored.size;
  }

  async runMissing(makeRunner: (jobs: number) => Promise<CellRunner>, signal: AbortSignal | undefined): Promise<void> {
    const missing = this.#input.cells.filter((cell) => !this.#stored.has(cell.runId));
    this.#report();
    if (missing.length === 0) return;
    const lanes = Math.min(this.#options.jobs, missing.length);
    const runner = await makeRunner(lanes);
    try {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < missing.length && signal?.aborted !== true) await this.#runOne(missing[next++]!, runner);
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    } finally {
      await runner.close();
    }
  }

  async #runOne(cell: Cell, runner: CellRunner): Promise<void> {
    this.#running.add(cell);
    this.#report();
    const { runId, seed, swept, scenario } = cell;
    const outcome = await runner.run({ runId, seed, swept, scenario });
    this.#running.delete(cell);
    if (outcome.kind === 'done') {
      const { record, notices, facts } = outcome;
      const stored = { config: cell.config, record, notices, facts };
      writeCell(this.#options.dir, runId, stored);
      this.#stored.set(runId, stored);
    } else {
      this.#failed.set(runId, outcome.failure);
      this.#tellRepeat(cell, describeFailure(outcome.failure));
    }
    this.#report();
  }

  /** Writes the tables, the manifest and the report of what there is. */
  async conclude(): Promise<SweepOutcome> {
    const { cells } = this.#input;
    const { dir } = this.#options;
    const keys = sweptKeys(cells);
    const records = this.#records();
    const unfinished = this.#unfinished();
    for (const { cell, reason } of unfinished) {
      this.#tellRepeat(cell, `did not finish: ${reason}`);
    }
    removeRepeatConfigs(dir, new Set([...this.#failures(), ...unfinished].map(({ cell }) => cell.runId)));
    const interrupted = this.#stored.size + this.#failed.size < cells.length;
    writeTable(dir, keys, records);
    const manifest = this.manifest(!interrupted, Date.now());
    writeManifest(dir, manifest);
    await writeReport(dir, manifest, records);
    return {
      dir,
      sweptKeys: keys,
      records,
      failures: this.#failures(),
      notices: manifest.notices,
      interrupted,
      exitCode: this.#exitCode(interrupted),
    };
  }

  manifest(finished: boolean, endedMs?: number): Manifest {
    const { name, cells, source, document, report } = this.#input;
    const keys = sweptKeys(cells);
    return {
      ...environmentFacts(),
      name,
      finished,
      started_at: new Date(this.#startedMs).toISOString(),
      ended_at: endedMs === undefined ? null : new Date(endedMs).toISOString(),
      wall_seconds: endedMs === undefined ? null : (endedMs - this.#startedMs) / 1000,
      cells_total: cells.length,
      cells_done: this.#stored.size,
      cells_reused: this.#reused,
      jobs: this.#options.jobs,
      config: configFacts(source, document),
      report,
      description: [...describeCells(cells, keys), ...describeOverrides(source)],
      swept_keys: keys,
      cells: cells.map((cell) => ({ run_id: cell.runId, seed: cell.seed, swept: cell.swept, status: this.#status(cell) })),
      failures: this.#failures().map(({ cell, failure, repeat }) => ({
        run_id: cell.runId,
        cell: cellLabel(cell),
        code: failure.code,
        message: describeFailure(failure),
        repeat,
      })),
      unfinished: this.#unfinished().map(({ cell, reason }) => ({ run_id: cell.runId, reason })),
      notices: this.#notices(),
    };
  }

  /** The notices of all cells, each text once. */
  #notices(): Notice[] {
    const all = this.#input.cells.flatMap((cell) => this.#stored.get(cell.runId)?.notices ?? []);
    return [...new Map(all.map((notice) => [notice.text, notice])).values()];
  }

  #records(): CellRecord[] {
    return this.#input.cells.flatMap((cell) => {
      const stored = this.#stored.get(cell.runId);
      return stored === undefined ? [] : [relabelled(stored.record, cell)];
    });
  }

  #failures(): FailedCell[] {
    return this.#input.cells.flatMap((cell) => {
      const failure = this.#failed.get(cell.runId);
      return failure === undefined ? [] : [{ cell, failure, repeat: repeatCommand(this.#options.dir, cell.runId) }];
    });
  }

  #unfinished(): { readonly cell: Cell; readonly reason: string }[] {
    return this.#input.cells.flatMap((cell) => {
      const reason = this.#stored.get(cell.runId)?.record.unfinishedReason ?? null;
      return reason === null ? [] : [{ cell, reason }];
    });
  }

  #exitCode(interrupted: boolean): SweepOutcome['exitCode'] {
    if (interrupted) return 130;
    const failures = [...this.#failed.values()];
    if (failures.some((failure) => failure.exitCode === 3)) return 3;
    return failures.length > 0 || this.#unfinished().length > 0 ? 1 : 0;
  }

  #status(cell: Cell): CellStatus {
    if (this.#stored.has(cell.runId)) return 'done';
    return this.#failed.has(cell.runId) ? 'failed' : 'not run';
  }

  /** Says what is wrong with a cell and leaves its config with the command that repeats it. */
  #tellRepeat(cell: Cell, what: string): void {
    const { dir } = this.#options;
    writeRepeatConfig(dir, cell, this.#input.source.file);
    this.#say(`${cellLabel(cell)}: ${what}\n  repeat it with: ${repeatCommand(dir, cell.runId)}`);
  }

  #say(text: string): void {
    this.#options.onMessage?.(text);
  }

  #report(): void {
    this.#options.onProgress?.({
      total: this.#input.cells.length,
      done: this.#stored.size,
      reused: this.#reused,
      failed: this.#failed.size,
      running: [...this.#running].map(cellLabel),
      elapsedSeconds: (Date.now() - this.#startedMs) / 1000,
    });
  }
}
