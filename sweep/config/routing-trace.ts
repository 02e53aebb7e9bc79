import { createHash } from 'node:crypto';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { TraceRouting } from '../../sim/base/moe-spec.ts';
import { parseTrace } from '../../workloads/moe/parse-trace.ts';

type Parsed = Pick<TraceRouting, 'digest' | 'trace'>;

/** By the number of experts; the combinations of a sweep share their files. */
const parsed = new WeakMap<InputFile, Map<number, Parsed>>();

/**
 * A routing trace, read once.
 *
 * @throws ImportError when it is malformed
 */
export function routingTrace(file: InputFile, experts: number): Parsed {
  const known = parsed.get(file) ?? new Map<number, Parsed>();
  parsed.set(file, known);
  const before = known.get(experts);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  for (const piece of file.chunks()) hash.update(piece);
  const result = { digest: hash.digest('hex'), trace: parseTrace(file, experts) };
  known.set(experts, result);
  return result;
}
