/** A link that is down from the start, both directions, known to every switch and host. */
export interface FailureSpec {
  /** `leaf0-spine1`, or `leaf0-spine1-0` for one link of a bundle; `tor0-agg1`, `agg1-core2`; `host0-leaf0`, `host0-tor0`. */
  readonly link: string;
}
