import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** One line without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a UTF-8 text file, decoded one at a time: no second copy of a large file is made. Ends of lines are LF or CR LF; a
 * byte-order mark is skipped; the last line needs no end.
 *
 * @throws ImportError at a line that is not UTF-8 or holds a NUL byte: the file is binary
 */
export function* textLines(file: InputFile): Generator<Line> {
  const { bytes } = file;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const next = feed === -1 ? bytes.length : feed;
    const end = next > start && bytes[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
    yield { number, text: decode((line) => decoder.decode(line), file, start, end, number) };
    start = next + 1;
  }
}

function decode(decodeUtf8: (bytes: Uint8Array) => string, file: InputFile, start: number, end: number, line: number): string {
  const bytes = file.bytes.subarray(start, end);
  try {
    if (bytes.includes(0)) throw new TypeError('NUL byte');
    return decodeUtf8(bytes);
  } catch (cause) {
    // A strict decoder does not say where it failed; a lenient one puts U+FFFD there.
    const column = new TextDecoder().decode(bytes).search(/[\0\uFFFD]/) + 1;
    throw new ImportError('E400', `this is no text: bytes ${start}..${end - 1} are not UTF-8`, {
      where: { file: file.name, line, column },
      hint: 'expected a UTF-8 text file',
      cause,
    });
  }
}
