import { type ErrorPlace, ImportError } from '../../sim/base/errors.ts';

/** A file with hundreds of mistakes has one cause; after this many the reader stops. */
const MOST_PROBLEMS = 20;
/** Of one kind are shown; the others are counted. */
const SHOWN_OF_A_KIND = 3;

/** Collects what is wrong with one or more files, and throws it as one ImportError. */
export class Problems {
  readonly #found: ImportError[] = [];

  get count(): number {
    return this.#found.length;
  }

  /**
   * Notes a problem.
   *
   * @throws ImportError at once when it is the twentieth
   */
  add(code: string, message: string, where: ErrorPlace, hint?: string): void {
    this.#found.push(new ImportError(code, message, { where, ...(hint === undefined ? {} : { hint }) }));
    if (this.#found.length === MOST_PROBLEMS) this.throwIfAny();
  }

  /** @throws ImportError when there is a problem; its message lists them, one a line, the first three of each kind */
  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first === undefined) return;
    if (rest.length === 0) throw first;
    const kinds = new Map<string, number>();
    const lines: string[] = [];
    for (const problem of this.#found) {
      const kind = kindOf(problem);
      const ofKind = (kinds.get(kind) ?? 0) + 1;
      kinds.set(kind, ofKind);
      if (ofKind <= SHOWN_OF_A_KIND) lines.push(problem.describe());
    }
    const left = this.#found.length - lines.length;
    if (left > 0) lines.push(`${left} more like these`);
    if (this.#found.length === MOST_PROBLEMS) lines.push(`stopped after ${MOST_PROBLEMS} errors`);
    throw new ImportError(first.code, lines.join('\n'));
  }
}

/** Mistakes of one kind differ in the words and numbers of the file alone. */
const kindOf = ({ code, message, hint }: ImportError): string => `${code} ${message.replaceAll(/"[^"]*"|\d+/g, '#')} ${hint ?? ''}`;
