import { open } from 'node:fs/promises';

/**
 * Reads a file; of a longer one only the first `maxBytes + 1` bytes, so that nothing endless is read. Rejects with an error that has
 * a `code`, as Node's do.
 */
export type ReadFile = (path: string, maxBytes: number) => Promise<Uint8Array>;

/** The file system. */
export const readFileFromDisk: ReadFile = async (path, maxBytes) => {
  const handle = await open(path, 'r');
  try {
    const chunks: Uint8Array[] = [];
    for (let left = maxBytes + 1; left > 0;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(left, 1 << 20)));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    return new Uint8Array(Buffer.concat(chunks));
  } finally {
    await handle.close();
  }
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  ENOTDIR: 'a part of the path is not a folder',
};

/** Why a file could not be read, for a person; undefined when the error is none of the file system. */
export function readFailure(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? (REASONS[code] ?? code) : undefined;
}
