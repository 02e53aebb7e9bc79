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

/** The terminal of this process under the general options. A reader that goes away (`| head`) ends the program quietly. */
export function processTerminal(options: { readonly quiet: boolean; readonly color: boolean }): Terminal {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
  const coloured = options.color && stderr.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(`${text}\n`),
    note: (text) => void (options.quiet || stderr.write(`${text}\n`)),
    quiet: options.quiet,
    columns: stderr.isTTY ? stderr.columns : null,
    alarm: (text) => (coloured ? styleText(['bold', 'red'], text) : text),
  };
}
