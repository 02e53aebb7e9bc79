import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import { Exchange } from '../sim/engine/exchange.ts';
import type { RunProgress } from '../sim/packet-run.ts';
import { runPackets } from '../sim/packet-run.ts';
import { joinPartialRuns, type PartialRun } from '../sim/partial-run.ts';
import { partitionNodes } from '../sim/partition.ts';
import { packetResult } from '../sim/packet-result.ts';
import { prepare } from '../sim/prepare.ts';
import { fabricOf } from './any-scenario.ts';
import { nowAndThen } from './now-and-then.ts';
import type { CellOutcome } from './outcome.ts';
import { failureOf } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import { cellResult } from './run-cell.ts';
import { StopFlag } from './stop-flag.ts';

/** What a thread of a run is given. */
export interface PartitionTask {
  readonly spec: CellSpec;
  readonly threads: number;
  /** Of this thread, whose partition has the same number. */
  readonly index: number;
  readonly memory: SharedArrayBuffer;
  /** Thread 0: from each of the others, in order; another one: to thread 0. */
  readonly ports: readonly MessagePort[];
  readonly stopMemory: SharedArrayBuffer | null;
}

/** What it says: only thread 0 reports progress and the outcome, another one only an outcome that is a failure. */
export type PartitionMessage =
  { readonly kind: 'progress'; readonly progress: RunProgress } | { readonly kind: 'outcome'; readonly outcome: CellOutcome };

const say = (message: PartitionMessage): void => parentPort!.postMessage(message, []);

/** Every thread builds the whole scenario, which is a pure function of the specification, and runs its own nodes. */
async function work({ spec, threads, index, memory, ports, stopMemory }: PartitionTask): Promise<void> {
  const prepared = prepare(fabricOf(spec.scenario, 'a run on several threads'));
  const exchange = new Exchange(memory, threads, index);
  const stop = stopMemory === null ? null : new StopFlag(stopMemory);
  const run = runPackets(prepared, {
    partition: { owner: partitionNodes(prepared.topology, threads), index, exchange },
    ...(index === 0 ? { onProgress: nowAndThen((progress) => say({ kind: 'progress', progress })) } : {}),
    ...(index === 0 && stop !== null ? { shouldStop: () => stop.isRaised } : {}),
  });
  if (index > 0) {
    ports[0]!.postMessage(run, []);
    return;
  }
  const others = await Promise.all(ports.map(async (port) => ((await once(port, 'message')) as [PartialRun])[0]));
  ports.forEach((port) => port.close());
  const joined = joinPartialRuns([run, ...others]);
  const result = cellResult(spec, prepared, packetResult(prepared, joined));
  say({ kind: 'outcome', outcome: { kind: joined.wasStopped ? 'stopped' : 'done', ...result } });
}

try {
  await work(workerData as PartitionTask);
} catch (error) {
  // Thrown before the others could know: they wait at the barrier, and the team ends them.
  say({ kind: 'outcome', outcome: { kind: 'failed', failure: failureOf(error) } });
}
