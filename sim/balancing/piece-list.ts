/** Doubles a full typed array; the old content is kept. */
export function grown<T extends Int32Array | Float64Array>(values: T, wanted: number): T {
  if (wanted <= values.length) return values;
  const length = Math.max(wanted, 2 * values.length);
  const larger = (values instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)) as T;
  larger.set(values);
  return larger;
}

/**
 * The pieces of one host's messages while they are being decided. Messages are named by their place in the host's own list of
 * sends. A balancer may take them in any order, but it finishes one message before it opens the next: the pieces of message m are
 * first[m] .. first[m] + pieces[m] - 1.
 */
export class PieceList {
  path = new Int32Array(64);
  bytes = new Float64Array(64);
  first = new Int32Array(64);
  pieces = new Int32Array(64);
  #length = 0;
  #message = 0;

  /** Forgets everything and makes room for `messages` messages. */
  begin(messages: number): void {
    this.first = grown(this.first, messages);
    this.pieces = grown(this.pieces, messages);
    this.#length = 0;
  }

  /** The pieces pushed from now on belong to `message`. */
  open(message: number): void {
    this.#message = message;
    this.first[message] = this.#length;
    this.pieces[message] = 0;
  }

  /** A piece of `bytes` payload on path `path`; -1: not pinned. */
  push(path: number, bytes: number): void {
    const i = this.#length++;
    this.path = grown(this.path, this.#length);
    this.bytes = grown(this.bytes, this.#length);
    this.path[i] = path;
    this.bytes[i] = bytes;
    this.pieces[this.#message]!++;
  }

  /** A message that stays whole. */
  whole(message: number, path: number, bytes: number): void {
    this.open(message);
    this.push(path, bytes);
  }
}
