import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Text that is gathered before it goes to the file. */
const BUFFER_CHARACTERS = 65_536;

/**
 * Writes a whole file or nothing: a temporary file beside it, then a rename. Synchronous, so that no signal handler runs between
 * the two and a second Ctrl-C leaves neither half a file nor a temporary one.
 *
 * @param content the text, or its parts in order: they are asked for one at a time, so a long file is never in memory
 */
export function writeAtomic(path: string, content: string | Iterable<string>): void {
  const temporary = `${path}.tmp-${process.pid}`;
  try {
    const file = openSync(temporary, 'w');
    try {
      writeParts(file, typeof content === 'string' ? [content] : content);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    // A full disk leaves an empty or half a temporary file.
    rmSync(temporary, { force: true });
    throw error;
  }
}

function writeParts(file: number, parts: Iterable<string>): void {
  let buffered: string[] = [];
  let characters = 0;
  const flush = (): void => {
    writeAll(file, Buffer.from(buffered.join('')));
    buffered = [];
    characters = 0;
  };
  for (const part of parts) {
    buffered.push(part);
    characters += part.length;
    if (characters >= BUFFER_CHARACTERS) flush();
  }
  flush();
}

/** One write may take less than it is given. */
function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
