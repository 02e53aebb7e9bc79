/** One pass of a micro-batch through one model chunk of a stage. */
export interface PipelineTask {
  readonly direction: 'forward' | 'backward';
  readonly chunk: number;
  readonly microBatch: number;
}

/**
 * What a pipeline stage computes, in order: 1F1B (Narayanan et al., "Memory-Efficient Pipeline-Parallel DNN Training", ICML 2021;
 * PipeDream-Flush), and with more than one chunk its interleaved form (Narayanan et al., SC'21, section 2.2). Some forward passes to warm
 * up, then one forward and one backward in turn, then the backward passes that are left. Chunks are visited in rounds of `stages`
 * micro-batches each, forward from the first chunk, backward from the last.
 */
export function pipelineOrder(stage: number, stages: number, chunks: number, microBatches: number): PipelineTask[] {
  const passes = microBatches * chunks;
  const ahead = chunks === 1 ? stages - stage - 1 : 2 * (stages - stage - 1) + (chunks - 1) * stages;
  const warmUp = Math.min(ahead, passes);
  const round = stages * chunks;
  const pass = (direction: PipelineTask['direction'], i: number): PipelineTask => {
    if (chunks === 1) return { direction, chunk: 0, microBatch: i };
    const chunk = Math.floor((i % round) / stages);
    return {
      direction,
      chunk: direction === 'forward' ? chunk : chunks - 1 - chunk,
      microBatch: Math.floor(i / round) * stages + (i % stages),
    };
  };
  const tasks: PipelineTask[] = [];
  for (let i = 0; i < warmUp; i++) tasks.push(pass('forward', i));
  for (let i = warmUp; i < passes; i++) tasks.push(pass('forward', i), pass('backward', i - warmUp));
  for (let i = passes - warmUp; i < passes; i++) tasks.push(pass('backward', i));
  return tasks;
}
