import type { Cell } from './cells.ts';
import type { ConfigSource } from './manifest.ts';

/** The command that runs one cell of a sweep alone. */
export function repeatCommand(source: ConfigSource, cell: Cell): string {
  void cell;
  return shellCommand(['run', source.file]);
}

/** `netsim` with its arguments, quoted for a POSIX shell. */
export const shellCommand = (args: readonly string[]): string => ['netsim', ...args.map(shellQuoted)].join(' ');

const shellQuoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
