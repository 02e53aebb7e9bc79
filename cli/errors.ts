import { CommanderError } from 'commander';
import { NetsimError } from '../sim/base/errors.ts';
import { shellCommand } from '../sweep/repeat.ts';
import type { Terminal } from './terminal.ts';

/**
 * Says what went wrong and returns the exit code: 2 for a config or usage error, 3 for a violated bound, 1 for the rest. A user's
 * mistake shows no stack trace unless `debug`; a bug of netsim asks for a report with the command that repeats it.
 */
export function reportError(error: unknown, terminal: Terminal, debug: boolean, commandLine: readonly string[]): number {
  // Commander has printed its message itself; asking for help or the version is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const internal = isInternal(error);
  const text = error instanceof NetsimError ? error.describe() : isSystemError(error) ? error.message : String(error);
  for (const line of text.split('\n')) terminal.err(`${terminal.alarm('error:')} ${line}`);
  if (debug || internal) terminal.err(error instanceof Error && error.stack !== undefined ? error.stack : String(error));
  if (internal) terminal.err(`this is a bug of netsim; please report it with this command: ${shellCommand(commandLine)}`);
  return error instanceof NetsimError ? error.exitCode : 1;
}

const isInternal = (error: unknown): boolean => (error instanceof NetsimError ? error.code.startsWith('E9') : !isSystemError(error));

/** An error of the operating system, such as a folder that may not be written: nothing to report. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error && 'code' in error;
