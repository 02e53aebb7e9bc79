// A thread of a partitioned engine run: takes cases one after another.
import { parentPort } from 'node:worker_threads';
import { Exchange } from '../../sim/engine/exchange.ts';
import { partitionNodes } from '../../sim/partition.ts';
import { runPart } from './engine-run.ts';
import { readCase } from './scenario-case.ts';

export interface PartitionCase {
  /** `describeScenario` of the case. */
  readonly text: string;
  readonly partitions: number;
  readonly index: number;
  readonly memory: SharedArrayBuffer;
}

parentPort!.on('message', ({ text, partitions, index, memory }: PartitionCase) => {
  const input = readCase(text);
  const owner = partitionNodes(input.topology, partitions);
  const part = runPart(input, {}, { owner, index, exchange: new Exchange(memory, partitions, index) });
  parentPort!.postMessage(part, []);
});
