import { describeNode, type Trace } from './chakra-trace.ts';
import type { Problems } from './problems.ts';

const METADATA = 1;

/** A process group: ranks that take part in a collective together, in its own order. */
export interface ProcessGroup {
  /** Equal for the same name and the same ranks in the same order. */
  readonly key: string;
  readonly ranks: readonly number[];
}

/** The process groups of one trace. Name "" or "0" is all ranks unless the trace says otherwise. */
export class ProcessGroups {
  readonly #groups = new Map<string, ProcessGroup>();
  readonly #world: readonly number[];

  /**
   * Reads METADATA nodes: `inputs` without its first and last two characters is a JSON list of { pg_name, ranks }; no ranks means all.
   * What cannot be read is noted in `problems`.
   */
  constructor(trace: Trace, worldSize: number, problems: Problems) {
    this.#world = Array.from({ length: worldSize }, (_, rank) => rank);
    this.#add('0', []);
    for (const node of trace.nodes) {
      const text = node.inputs.slice(2, -2);
      if (node.type !== METADATA || !/^\[\s*\{/.test(text)) continue;
      const entries = parseEntries(text);
      if (entries === null) {
        problems.add(
          'E422',
          `${describeNode(node)}: its inputs are no list of process groups`,
          { file: trace.file },
          'expected [{ "pg_name": .., "ranks": [..] }]',
        );
        continue;
      }
      for (const { name, ranks } of entries) {
        const stranger = ranks.find((rank) => rank >= worldSize);
        if (stranger === undefined) this.#add(name, ranks);
        else {
          problems.add(
            'E422',
            `${describeNode(node)}: process group "${name}" has rank ${stranger}, there are ${worldSize} traces`,
            { file: trace.file },
            'give the trace of every rank',
          );
        }
      }
    }
  }

  /** The group of that name, or undefined. */
  find(name: string): ProcessGroup | undefined {
    return this.#groups.get(name === '' ? '0' : name);
  }

  #add(name: string, ranks: readonly number[]): void {
    const members = ranks.length === 0 ? this.#world : ranks;
    this.#groups.set(name === '' ? '0' : name, { key: `${name}:${members.join(',')}`, ranks: members });
  }
}

function parseEntries(text: string): { readonly name: string; readonly ranks: readonly number[] }[] | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(document)) return null;
  const entries = document.map((entry: unknown) => {
    const { pg_name: name, ranks = [] } = (entry ?? {}) as { readonly pg_name?: unknown; readonly ranks?: unknown };
    const isName = typeof name === 'string' || typeof name === 'number';
    if (!isName || !Array.isArray(ranks) || !ranks.every((rank) => Number.isInteger(rank) && rank >= 0)) return null;
    if (new Set(ranks).size !== ranks.length) return null;
    return { name: String(name), ranks: ranks as number[] };
  });
  return entries.every((entry) => entry !== null) ? entries : null;
}
