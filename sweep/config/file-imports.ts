import { createHash } from 'node:crypto';
import type { FileOptions, InputFile, ImportedWorkload } from '../../sim/base/file-spec.ts';
import { importWorkload } from '../../workloads/import/import-workload.ts';

/** A workload's files, imported. */
export interface FileImport {
  readonly imported: ImportedWorkload;
  /** SHA-256 of each file, in hexadecimal digits. */
  readonly digests: readonly string[];
}

/** By what they were imported with; the combinations of a sweep share their files. */
const imports = new WeakMap<readonly InputFile[], Map<string, FileImport>>();

/**
 * Imports files, each set of options once.
 *
 * @throws ImportError
 */
export function importFiles(path: string, files: readonly InputFile[], options: FileOptions, ranks: number): FileImport {
  const known = imports.get(files) ?? new Map<string, FileImport>();
  imports.set(files, known);
  const key = JSON.stringify([options, ranks]);
  const result = known.get(key) ?? readFiles(path, files, options, ranks);
  known.set(key, result);
  return result;
}

/** Hashes the files while they are read. */
function readFiles(path: string, files: readonly InputFile[], options: FileOptions, ranks: number): FileImport {
  const hashed = files.map((file) => new HashedFile(file));
  const imported = importWorkload({ path, files: hashed, options, ranks });
  return { imported, digests: hashed.map((file) => file.digest()) };
}

class HashedFile implements InputFile {
  readonly name: string;
  readonly #file: InputFile;
  #digest: string | null = null;

  constructor(file: InputFile) {
    this.name = file.name;
    this.#file = file;
  }

  /** Whoever reads to the end has it hashed; who only looks at the beginning has not. */
  *chunks(): Generator<Uint8Array> {
    const hash = createHash('sha256');
    for (const chunk of this.#file.chunks()) {
      hash.update(chunk);
      yield chunk;
    }
    this.#digest = hash.digest('hex');
  }

  digest(): string {
    for (const chunk of this.#digest === null ? this.chunks() : []) void chunk;
    return this.#digest!;
  }
}
