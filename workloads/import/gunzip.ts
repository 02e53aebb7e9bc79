import { Gunzip } from 'fflate';
import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { opening } from './byte-reader.ts';

/** Compressed bytes given to the inflater at once: at most about a thousand times as much comes out. */
const PIECE_BYTES = 1 << 14;
const TRAILER_BYTES = 8;

/** The first two bytes of a gzip member (RFC 1952 section 2.3.1). */
export function isGzip(file: InputFile): boolean {
  const bytes = opening(file, 2);
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of a gzip file, inflated while it is read.
 *
 * @throws ImportError (while reading) when the data are damaged or end early
 */
export const gunzipped = (file: InputFile): InputFile => ({ name: file.name, chunks: () => inflate(file) });

function* inflate(file: InputFile): Generator<Uint8Array> {
  let ready: Uint8Array[] = [];
  let [crc, length] = [0, 0];
  const inflater = new Gunzip((bytes) => {
    if (bytes.length === 0) return;
    ready.push(bytes);
    crc = crc32(crc, bytes);
    length += bytes.length;
  });
  inflater.onmember = () => {
    [crc, length] = [0, 0];
  };
  let offset = 0;
  const refuse = (message: string, cause?: unknown): ImportError =>
    new ImportError('E420', `the gzip data cannot be unpacked behind byte ${offset}: ${message}`, {
      where: { file: file.name },
      hint: 'is the file cut off or damaged?',
      cause,
    });
  const give = (bytes: Uint8Array, final: boolean): Uint8Array[] => {
    try {
      inflater.push(bytes, final);
    } catch (cause) {
      throw refuse((cause as Error).message, cause);
    }
    const given = ready;
    ready = [];
    return given;
  };
  let tail = new Uint8Array(0);
  for (const piece of file.chunks()) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      const part = piece.subarray(at, at + PIECE_BYTES);
      yield* give(part, false);
      offset += part.length;
    }
    tail = Uint8Array.from([...tail, ...piece.subarray(-TRAILER_BYTES)].slice(-TRAILER_BYTES));
  }
  yield* give(new Uint8Array(0), true);
  // The library does not check what it unpacks. Of a file with several members this is the sum of the last one.
  if (tail.length < TRAILER_BYTES) throw refuse('the end is missing');
  const trailer = new DataView(tail.buffer);
  if (trailer.getUint32(0, true) !== crc || trailer.getUint32(4, true) !== length % 2 ** 32) throw refuse('the checksum is wrong');
}

/** RFC 1952 section 8. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc32(start: number, bytes: Uint8Array): number {
  let crc = ~start;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
