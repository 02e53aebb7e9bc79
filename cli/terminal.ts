import { styleText } from 'node:util';
import { writeFailure } from '../sweep/write-failure.ts';

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

/** What a terminal needs of the process. */
export interface ProcessStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  exitCode?: number | string | null | undefined;
}

/**
 * The terminal of this process under the general options. When the reader of the result goes away (`| head`) the command ends without
 * it, with the exit code that it would have had; a result that cannot be written is an error. When the reader of the messages goes away
 * it goes on without them: a sweep is not lost with its progress.
 */
export function processTerminal(options: { readonly quiet: boolean; readonly color: boolean }, streams: ProcessStreams): Terminal {
  const { stdout, stderr } = streams;
  const coloured = wantsColour(options.color, stderr.isTTY === true, streams.env);
  const alarm = (text: string): string => (coloured ? styleText(['bold', 'red'], text) : text);
  let isOpen = true;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isFirst = isOpen;
    isOpen = false;
    if (error.code === 'EPIPE' || !isFirst) return;
    stderr.write(`${alarm('error:')} cannot write the result: ${writeFailure(error) ?? error.message}\n`);
    streams.exitCode ||= 1;
  });
  stderr.on('error', () => {});
  return {
    out: (text) => void (isOpen && stdout.write(text)),
    err: (text) => void stderr.write(`${text}\n`),
    note: (text) => void (options.quiet || stderr.write(`${text}\n`)),
    quiet: options.quiet,
    columns: stderr.isTTY === true ? (stderr.columns ?? null) : null,
    alarm,
  };
}

/** Colours on a terminal only, and neither with `--no-color` nor with a NO_COLOR that is not empty (no-color.org). */
export const wantsColour = (option: boolean, isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean =>
  option && isTerminal && (env['NO_COLOR'] ?? '') === '';
