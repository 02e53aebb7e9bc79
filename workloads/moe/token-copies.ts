import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import { type Choices, NO_EXPERT } from './choices.ts';
import type { ExpertGroup } from './groups.ts';

/** Token copies of one exchange in an expert-parallel group, from sources to the holders of experts. */
export interface TokenCopies {
  /** copies[s * size + d]: copies that source s sends to member d after the deduplication of the scheme; s = d is local. */
  readonly copies: Int32Array;
  /** toServer[s * servers + n]: tokens of source s with an expert on server n. */
  readonly toServer: Int32Array;
}

/** Tokens from number `from` up to `to` of every source. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Counts the copies that a scheme sends: for each choice (`per-expert`, `two-step`), for each member that holds a chosen expert
 * (`per-gpu`, `per-node`), or for every member (`all-gather`).
 *
 * @param destination member of each choice
 */
export function countCopies(
  { sources, tokens, k }: Choices,
  destination: Int32Array,
  { from, to }: TokenRange,
  { size, servers, serverOf }: ExpertGroup,
  scheme: MoeSpec['scheme'],
): TokenCopies {
  const copies = new Int32Array(size * size);
  const toServer = new Int32Array(size * servers);
  /** Last token (numbered over all sources) that reached each member and server: they are counted once a token. */
  const lastAtMember = new Int32Array(size).fill(-1);
  const lastAtServer = new Int32Array(servers).fill(-1);
  const isEachChoice = scheme === 'per-expert' || scheme === 'two-step';
  for (let source = 0; source < sources; source++) {
    for (let token = source * tokens + from; token < source * tokens + to; token++) {
      let isServed = false;
      for (let at = token * k; at < (token + 1) * k; at++) {
        const member = destination[at]!;
        if (member === NO_EXPERT) continue;
        isServed = true;
        const server = serverOf[member]!;
        if (lastAtServer[server] !== token) toServer[source * servers + server]!++;
        lastAtServer[server] = token;
        if (scheme !== 'all-gather' && (isEachChoice || lastAtMember[member] !== token)) copies[source * size + member]!++;
        lastAtMember[member] = token;
      }
      if (isServed && scheme === 'all-gather') for (let d = 0; d < size; d++) copies[source * size + d]!++;
    }
  }
  return { copies, toServer };
}

/** The copies of both. */
export const sumOf = (a: TokenCopies, b: TokenCopies): TokenCopies => ({
  copies: a.copies.map((count, i) => count + b.copies[i]!),
  toServer: a.toServer.map((count, i) => count + b.toServer[i]!),
});

/** Token n of `tokens` belongs to chunk floor(n chunks / tokens), rounded so that chunks differ by at most one token. */
export const chunkRange = (tokens: number, chunk: number, chunks: number): TokenRange => ({
  from: Math.floor((chunk * tokens) / chunks),
  to: Math.floor(((chunk + 1) * tokens) / chunks),
});
