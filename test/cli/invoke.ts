import { reportError } from '../../cli/errors.ts';
import { buildProgram } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';

export interface Invoked {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
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
  const { exitCode } = process;
  process.exitCode = undefined;
  try {
    await buildProgram(terminal).parseAsync([...args], { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...text };
  } catch (error) {
    return { code: reportError(error, terminal, false, args), ...text };
  } finally {
    process.exitCode = exitCode;
  }
}
