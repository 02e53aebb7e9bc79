import { styleText } from 'node:util';

/** What a command may write to. */
export interface Terminal {
  /** The result; nothing else goes there. */
  out(text: string): void;
  /** Messages and errors. */
  err(text: string): void;
  /** Notices and progress: silent with `--quiet`. */
  note(text: string): void;
  readonly quiet: boolean;
  /** Width of the terminal behind standard error; null when there is none. */
  readonly columns: number | null;
  /** The text in bold red where colours are wanted. */
  alarm(text: string): string;
}

/**
 * The terminal of this process under the general options. When the reader of the result goes away (`| head`) the program ends quietly;
 * when that of the messages does, it goes on without them: a sweep is not lost with its progress.
 */
export function processTerminal(options: { readonly quiet: boolean; readonly color: boolean }): Terminal {
  const { stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const coloured = wantsColour(options.color, stderr.isTTY, process.env);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(`${text}\n`),
    note: (text) => void (options.quiet || stderr.write(`${text}\n`)),
    quiet: options.quiet,
    columns: stderr.isTTY ? stderr.columns : null,
    alarm: (text) => (coloured ? styleText(['bold', 'red'], text) : text),
  };
}

/** Colours on a terminal only, and neither with `--no-color` nor with a NO_COLOR that is not empty (no-color.org). */
export const wantsColour = (option: boolean, isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean =>
  option && isTerminal && (env['NO_COLOR'] ?? '') === '';
