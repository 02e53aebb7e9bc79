import type { InputFile } from '../../sim/base/file-spec.ts';

/** Takes bytes off the front of a file; what has been taken is not kept. */
export class ByteReader {
  readonly #pieces: Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  #offset = 0;

  constructor(file: InputFile) {
    this.#pieces = file.chunks()[Symbol.iterator]();
  }

  /** Of the next byte, from the start of the file. */
  get offset(): number {
    return this.#offset;
  }

  isAtEnd(): boolean {
    while (this.#at === this.#piece.length) {
      const next = this.#pieces.next();
      if (next.done === true) return true;
      this.#piece = next.value;
      this.#at = 0;
    }
    return false;
  }

  /** The next `count` bytes; fewer at the end of the file. Memory grows with what the file has, not with what is asked for. */
  take(count: number): Uint8Array {
    if (this.isAtEnd()) return new Uint8Array(0);
    if (this.#piece.length - this.#at >= count) return this.#next(count);
    const parts: Uint8Array[] = [];
    let left = count;
    while (left > 0 && !this.isAtEnd()) {
      const part = this.#next(Math.min(left, this.#piece.length - this.#at));
      parts.push(part);
      left -= part.length;
    }
    const joined = new Uint8Array(count - left);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }

  #next(count: number): Uint8Array {
    const taken = this.#piece.subarray(this.#at, this.#at + count);
    this.#at += count;
    this.#offset += count;
    return taken;
  }
}

/** The first bytes of a file, to tell formats apart. */
export const opening = (file: InputFile, count = 64): Uint8Array => new ByteReader(file).take(count);
