import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a whole file or nothing: a temporary file beside it, then a rename. Synchronous, so that no signal handler runs between
 * the two and a second Ctrl-C leaves neither half a file nor a temporary one.
 */
export function writeAtomic(path: string, content: string): void {
  const temporary = `${path}.tmp-${process.pid}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    // A full disk leaves an empty or half a temporary file.
    rmSync(temporary, { force: true });
    throw error;
  }
}
