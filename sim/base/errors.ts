/**
 * Every error a user can meet is one of five classes, each with a code, an exit code and a remedy.
 *
 * | class         | codes | meaning                             | exit code |
 * | ------------- | ----- | ----------------------------------- | --------- |
 * | ConfigError   | E1xx  | a config, an option, a usage        | 2         |
 * | CellError     | E2xx  | one run failed or did not finish    | 1         |
 * | BoundError    | E3xx  | a proven bound was violated         | 3         |
 * | ImportError   | E4xx  | a traffic, trace or topology file   | 2         |
 * | InternalError | E9xx  | an invariant broke: a bug of netsim | 1         |
 */

/** Where an error was found. `line` and `column` count from 1; `path` is a dotted config key. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

export interface NetsimErrorOptions {
  readonly where?: ErrorPlace;
  /** What the user should do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export abstract class NetsimError extends Error {
  abstract readonly exitCode: 1 | 2 | 3;
  readonly code: string;
  readonly where: ErrorPlace | undefined;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: NetsimErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.where = options.where;
    this.hint = options.hint;
  }

  /** One line for a person: `file:line:column key: message (hint)`. */
  describe(): string {
    const { file, line, column, path } = this.where ?? {};
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const key = path === undefined || path === '' ? '' : `${path}:`;
    // A file alone would run into the message.
    const bare = key === '' && line === undefined && place !== '' ? `${place}:` : place;
    const prefix = [bare, key].filter((part) => part !== '').join(' ');
    const text = this.hint === undefined ? this.message : `${this.message} (${this.hint})`;
    return prefix === '' ? text : `${prefix} ${text}`;
  }
}

/** A user's config or option is wrong. */
export class ConfigError extends NetsimError {
  readonly exitCode = 2;
}

/** Several config errors of one document, in the order of the file. */
export class ConfigErrors extends NetsimError {
  readonly exitCode = 2;
  readonly errors: readonly ConfigError[];

  constructor(errors: readonly ConfigError[]) {
    super(errors[0]?.code ?? 'E100', errors.map((error) => error.describe()).join('\n'));
    this.errors = errors;
  }

  override describe(): string {
    return this.message;
  }
}

/** One run failed or did not finish. */
export class CellError extends NetsimError {
  readonly exitCode = 1;
}

/** A proven bound was violated: either the bound or the simulator is wrong. */
export class BoundError extends NetsimError {
  readonly exitCode = 3;
}

/** A traffic, trace or topology file is malformed or contradicts itself. */
export class ImportError extends NetsimError {
  readonly exitCode = 2;
}

/** An invariant broke. Never the user's fault; the message asks for a report. */
export class InternalError extends NetsimError {
  readonly exitCode = 1;
}
