// The part of @stdlib/random's interface that netsim relies on; the package's deep modules carry no types.

/** A Mersenne Twister stream: integers in [1, 2^32 - 1]; `normalized` gives doubles in [0, 1) with 53 random bits. */
export interface Mt19937Stream {
  (): number;
  normalized(): number;
}

export declare const mt19937: {
  factory(options: { readonly seed: number | readonly number[] }): Mt19937Stream;
};
