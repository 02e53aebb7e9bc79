import { reportError } from '../../cli/errors.ts';
import { buildProgram } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';

export interface Invoked {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process: for commands that neither start workers nor set an exit code without an error. */
export async function invoke(...args: readonly string[]): Promise<Invoked> {
  const text = { out: '', err: '' };
  const terminal: Terminal = {
    out: (part) => void (text.out += part),
    err: (part) => void (text.err += `${part}\n`),
    note: (part) => void (text.err += `${part}\n`),
    quiet: false,
    columns: null,
    alarm: (part) => part,
  };
  try {
    await buildProgram(terminal).parseAsync([...args], { from: 'user' });
    return { code: 0, ...text };
  } catch (error) {
    return { code: reportError(error, terminal, false, args), ...text };
  }
}
