import { ImportError } from '../../sim/base/errors.ts';
import type { FileOptions, InputFile } from '../../sim/base/file-spec.ts';

/** What an importer is given. */
export interface ImportRequest<O extends FileOptions = FileOptions> {
  /** As a person wrote it; for messages about all files together. */
  readonly path: string;
  /** One; for Chakra traces one a rank, in rank order. */
  readonly files: readonly InputFile[];
  readonly options: O;
  /** Most ranks that the workload may have: those of the fabric. */
  readonly ranks: number;
}

/** The file of a format that has one. @throws ImportError when there are others */
export function onlyFile({ path, files, options }: ImportRequest): InputFile {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) {
    throw new ImportError('E400', `${options.format} reads one file, not ${files.length}`, { where: { file: path } });
  }
  return file;
}

/** @throws ImportError when the file needs more ranks than there are */
export function checkRanks(
  needed: number,
  what: string,
  { ranks }: ImportRequest,
  where: { readonly file: string; readonly line?: number },
): void {
  if (needed <= ranks) return;
  throw new ImportError('E401', `the file has ${needed} ${what}, the fabric ${ranks} ranks`, { where, hint: 'use a larger fabric' });
}

/** A Schedule of this many messages takes a few gigabytes; all-to-all among 4096 ranks, 16.8 million, is below. */
export const MAX_MESSAGES = 20_000_000;

/** @throws ImportError for more messages than a Schedule may have */
export function checkMessageCount(messages: number, file: string, hint: string): void {
  if (messages <= MAX_MESSAGES) return;
  throw new ImportError('E403', `the workload is ${messages} messages, at most ${MAX_MESSAGES} can be simulated`, {
    where: { file },
    hint,
  });
}
