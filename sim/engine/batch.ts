/** What is known of each record of the batch in hand, in canonical order: columns that the stages of a node fill and read. */
export class Batch {
  /** Of the record in the arena. */
  addresses: Int32Array = new Int32Array(1024);
  /** Output that a node chose for it. */
  outputs: Int32Array = new Int32Array(1024);

  /** Makes room for `count` records; what was in the columns is lost. */
  reserve(count: number): void {
    if (count <= this.addresses.length) return;
    const length = Math.max(count, this.addresses.length * 2);
    this.addresses = new Int32Array(length);
    this.outputs = new Int32Array(length);
  }
}
