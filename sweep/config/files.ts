import { open, stat } from 'node:fs/promises';

/**
 * Reads a file; of a longer one only the first `maxBytes + 1` bytes, so that nothing endless is read. Rejects with an error that has
 * a `code`, as Node's do.
 */
export type ReadFile = (path: string, maxBytes: number) => Promise<Uint8Array>;

/** Streams that the shell has opened already. Opening any other pipe would wait for somebody to write into it. */
const INHERITED_STREAM = /^\/dev\/(stdin|fd\/\d+)$/;

/** The file system. */
export const readFileFromDisk: ReadFile = async (path, maxBytes) => {
  if (!INHERITED_STREAM.test(path)) await refuseSpecialFile(path);
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

async function refuseSpecialFile(path: string): Promise<void> {
  const status = await stat(path);
  if (status.isFile()) return;
  const code = status.isDirectory() ? 'EISDIR' : NOT_REGULAR;
  throw Object.assign(new Error(`${code}: ${path}`), { code });
}

const NOT_REGULAR = 'not-regular';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  EPERM: 'the system does not permit it',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'its symbolic links form a circle',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  [NOT_REGULAR]: 'it is no regular file',
};

/** Why a file could not be read, for a person; undefined when the error is none of the file system. */
export function readFailure(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? (REASONS[code] ?? code) : undefined;
}
