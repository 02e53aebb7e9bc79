/** A phase of a chunk: the dimension that it takes to itself, and for how long. */
export interface PhaseTime {
  readonly dimension: number;
  readonly ns: number;
}

/**
 * When the last of several equal chunks has ended its last phase. A dimension serves one chunk at a time; among those that wait for it
 * the chunk that is first in line goes first.
 */
export function chunksDoneAt(phases: readonly PhaseTime[], chunks: number): number {
  if (new Set(phases.map(({ dimension }) => dimension)).size === 1) return chunks * phases.reduce((sum, { ns }) => sum + ns, 0);
  const dimensions = Math.max(...phases.map(({ dimension }) => dimension)) + 1;
  const busyUntilNs = new Float64Array(dimensions);
  const next = new Int32Array(chunks);
  const readyNs = new Float64Array(chunks);
  for (let left = phases.length * chunks; left > 0; left--) {
    // The phase that can start first; of those that can start together the one of the first chunk.
    let first = -1;
    let firstNs = Infinity;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const phase = phases[next[chunk]!];
      if (phase === undefined) continue;
      const startNs = Math.max(readyNs[chunk]!, busyUntilNs[phase.dimension]!);
      if (startNs < firstNs) [first, firstNs] = [chunk, startNs];
    }
    const { dimension, ns } = phases[next[first]!++]!;
    busyUntilNs[dimension] = firstNs + ns;
    readyNs[first] = firstNs + ns;
  }
  return readyNs.reduce((latest, ns) => Math.max(latest, ns), 0);
}
