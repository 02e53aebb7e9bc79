import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** What is gathered before it goes to the file: characters of text, bytes of others. */
const BUFFER_LENGTH = 65_536;

/**
 * Writes a whole file or nothing: a temporary file beside it, then a rename. Synchronous, so that no signal handler runs between
 * the two and a second Ctrl-C leaves neither half a file nor a temporary one.
 *
 * @param content the text, or parts of text or bytes in order: they are asked for one at a time, so a long file is never in memory
 */
export function writeAtomic(path: string, content: string | Iterable<string | Uint8Array>): void {
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

function writeParts(file: number, parts: Iterable<string | Uint8Array>): void {
  let buffered: Uint8Array[] = [];
  let text = '';
  let length = 0;
  const flushText = (): void => {
    if (text !== '') buffered.push(Buffer.from(text));
    text = '';
  };
  const flush = (): void => {
    flushText();
    writeAll(file, Buffer.concat(buffered));
    buffered = [];
    length = 0;
  };
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      flushText();
      buffered.push(part);
    }
    length += part.length;
    if (length >= BUFFER_LENGTH) flush();
  }
  flush();
}

/** One write may take less than it is given. */
function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
