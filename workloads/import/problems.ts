import { type ErrorPlace, ImportError } from '../../sim/base/errors.ts';

/** A file with hundreds of mistakes has one cause; after this many the reader stops. */
const MOST_PROBLEMS = 20;

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

  /** @throws ImportError when there is a problem; its message lists all of them, one a line */
  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first === undefined) return;
    if (rest.length === 0) throw first;
    const stopped = this.#found.length === MOST_PROBLEMS ? [`stopped after ${MOST_PROBLEMS} errors`] : [];
    throw new ImportError(first.code, [...this.#found.map((problem) => problem.describe()), ...stopped].join('\n'));
  }
}
