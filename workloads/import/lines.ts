import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';

const LINE_FEED = 10;
/** A text without ends of lines is no file of any format here; it would be collected in memory. */
const LONGEST_LINE = 2 ** 24;

/** One line without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a UTF-8 text file, of which a piece at a time is in memory. Ends of lines are LF or CR LF; a byte-order mark is skipped;
 * the last line needs no end.
 *
 * @throws ImportError at a line that is not UTF-8 or holds a NUL byte (the file is binary), or is longer than 16 MiB
 */
export function* textLines(file: InputFile): Generator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 1;
  let open: Uint8Array[] = [];
  let openLength = 0;
  const lines = function* (bytes: Uint8Array): Generator<Line> {
    let text: string;
    try {
      if (bytes.includes(0)) throw new TypeError('NUL byte');
      text = decoder.decode(bytes);
    } catch (cause) {
      throw notText(file, bytes, number, cause);
    }
    if (number === 1 && text.startsWith('\uFEFF')) text = text.slice(1);
    for (let start = 0; start < text.length; number++) {
      const feed = text.indexOf('\n', start);
      const next = feed === -1 ? text.length : feed;
      const end = next > start && text[next - 1] === '\r' ? next - 1 : next;
      yield { number, text: text.slice(start, end) };
      start = next + 1;
    }
  };
  for (const piece of file.chunks()) {
    const last = piece.lastIndexOf(LINE_FEED) + 1;
    if (last > 0) {
      const head = piece.subarray(0, last);
      yield* lines(open.length === 0 ? head : joined([...open, head]));
      open = [];
      openLength = 0;
    }
    if (last < piece.length) open.push(piece.slice(last));
    openLength += piece.length - last;
    if (openLength > LONGEST_LINE) {
      throw new ImportError('E400', `a line longer than ${LONGEST_LINE} bytes`, {
        where: { file: file.name, line: number, column: 1 },
        hint: 'expected a text file of short lines',
      });
    }
  }
  if (openLength > 0) yield* lines(joined(open));
}

/** A file without anything but blanks is an error in every format. */
export const emptyFile = (file: InputFile, expected: string): ImportError =>
  new ImportError('E400', 'the file is empty', { where: { file: file.name, line: 1, column: 1 }, hint: `expected ${expected}` });

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A strict decoder does not say where it failed; a lenient one puts U+FFFD there. */
function notText(file: InputFile, bytes: Uint8Array, firstLine: number, cause: unknown): ImportError {
  const before = new TextDecoder()
    .decode(bytes)
    .split(/[\0\uFFFD]/, 1)[0]!
    .split('\n');
  return new ImportError('E400', 'this is no text: the bytes here are not UTF-8', {
    where: { file: file.name, line: firstLine + before.length - 1, column: before.at(-1)!.length + 1 },
    hint: 'expected a UTF-8 text file',
    cause,
  });
}
