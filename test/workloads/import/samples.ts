import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileOf, type InputFile } from '../../../sim/base/file-spec.ts';

/** Real input files, which are not part of the project. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'samples');

/** True where a test of real files has to be skipped; never on CI, where their absence is a failure. */
export const samplesMissing = !existsSync(FOLDER) && process.env.CI !== 'true';
if (samplesMissing) console.warn('skipped: the sample files are not beside the project (../shared/samples)');

export const samplePath = (path: string): string => join(FOLDER, path);

export const sample = (path: string): InputFile => fileOf(basename(path), new Uint8Array(readFileSync(samplePath(path))));
