import { closeSync, openSync, rmSync } from 'node:fs';
import { chromeTrace } from '../analysis/trace/chrome-trace.ts';
import { ConfigError } from '../sim/base/errors.ts';
import type { RunResult } from '../sim/base/result.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import type { Prepared } from '../sim/prepare.ts';
import { netsimVersion } from './version.ts';
import { writeAtomic } from './write-atomic.ts';
import { writingTo } from './write-failure.ts';

/** Where the trace of a run goes. */
export interface TraceFile {
  readonly path: string;
  readonly maxEvents: number;
}

const HINT = 'give a name in a folder that exists and may be written';

/**
 * Looks, before a run that may take long, whether its trace can be written.
 *
 * @throws ConfigError when it cannot, or the fidelity simulates no operations
 */
export function checkTraceFile(path: string, { fidelity }: Scenario): void {
  if (fidelity === 'bound') throw noOperations(fidelity);
  const temporary = `${path}.tmp-${process.pid}`;
  writingTo(path, HINT, () => {
    closeSync(openSync(temporary, 'w'));
    rmSync(temporary);
  });
}

/** Writes the trace of a run in the JSON form of Chrome's trace events (docs/export.md). @throws ConfigError as `checkTraceFile` */
export function writeTrace({ path, maxEvents }: TraceFile, runId: string, prepared: Prepared, result: RunResult): void {
  const { scenario, schedule, topology, jobs } = prepared;
  const { operations, probes } = result.tables;
  if (operations === null) throw noOperations(result.fidelity);
  const parts = chromeTrace({
    schedule,
    topology,
    operations,
    probes,
    jobNames: jobs.map(({ name }) => name),
    facts: {
      netsim: netsimVersion(),
      name: scenario.name,
      run_id: runId,
      seed: scenario.seed,
      fidelity: result.fidelity,
      finished: result.finished,
      completion_time_us: result.completionPs === null ? null : result.completionPs / 1e6,
    },
    maxEvents,
  });
  writingTo(path, HINT, () => writeAtomic(path, parts));
}

const noOperations = (fidelity: string): ConfigError =>
  new ConfigError('E182', `fidelity "${fidelity}" has no times of operations to trace`, {
    where: { path: 'fidelity' },
    hint: 'use fidelity: packet',
  });
