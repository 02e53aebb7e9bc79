import { closeSync, openSync, readSync } from 'node:fs';
import { access, constants, open, stat } from 'node:fs/promises';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { fileOf } from '../../sim/base/file-spec.ts';

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

/** Opens a file that is read in pieces, when they are asked for. Rejects as `ReadFile` does. */
export type OpenFile = (path: string, name: string) => Promise<InputFile>;

const PIECE_BYTES = 2 ** 18;

/** The file system. A stream that the shell has opened can be read once only, so it is read whole. */
export const openFileOnDisk: OpenFile = async (path, name) => {
  if (INHERITED_STREAM.test(path)) return fileOf(name, await readFileFromDisk(path, 2 ** 30));
  await refuseSpecialFile(path);
  await access(path, constants.R_OK);
  return { name, chunks: () => piecesOf(path) };
};

/** A file system that reads whole files. */
export const opening =
  (readFile: ReadFile): OpenFile =>
  async (path, name) =>
    fileOf(name, await readFile(path, 2 ** 30));

function* piecesOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const buffer = new Uint8Array(PIECE_BYTES);
      const length = readSync(file, buffer);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

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
