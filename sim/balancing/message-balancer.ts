import type { PieceList } from './piece-list.ts';

/** A balancer at decision point A: into which flows it cuts the messages of a host, and which paths they take. */
export interface MessageBalancer {
  /** Messages cut into fewer pieces than exact balance needs, because of a limit. */
  readonly limitedFlows: number;
  /** Decides on every message of `host`; `sends` are its send operations in Schedule order. */
  planHost(host: number, sends: Int32Array, pieces: PieceList): void;
}
