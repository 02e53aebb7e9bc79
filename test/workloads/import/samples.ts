import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { InputFile } from '../../../sim/base/file-spec.ts';

/** Real input files, which are not part of the project. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'samples');

/** True where a test of real files has to be skipped; never on CI, where their absence is a failure. */
export const samplesMissing = !existsSync(FOLDER) && process.env.CI !== 'true';
if (samplesMissing) console.warn('skipped: the sample files are not beside the project (../shared/samples)');

export const sample = (path: string): InputFile => ({ name: basename(path), bytes: new Uint8Array(readFileSync(join(FOLDER, path))) });
