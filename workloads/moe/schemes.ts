import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import type { ExpertGroup } from './groups.ts';
import type { Exchange } from './layer-plan.ts';

/**
 * Posts a message of so many copies between two members of the group, after the receives `after` of its sender. No copies: no message.
 *
 * @param step 1: of the second hop of a scheme that has two
 */
export type Post = (step: 0 | 1, from: number, to: number, copies: number, after?: readonly number[]) => readonly number[];

/** Whether copies pass through a GPU between source and expert. */
export const hasTwoHops = (scheme: MoeSpec['scheme']): boolean => scheme === 'per-node' || scheme === 'two-step';

/** Posts the messages of one exchange; each member in the order m + 1, m + 2, .. (mod size, or mod the servers or GPUs that it goes through). */
export function postExchange(scheme: MoeSpec['scheme'], group: ExpertGroup, exchange: Exchange, post: Post): void {
  const isOutward = exchange.direction === 'to-experts';
  if (scheme === 'per-node') (isOutward ? perNodeDispatch : perNodeCombine)(group, exchange, post);
  else if (scheme === 'two-step') (isOutward ? twoStepDispatch : twoStepCombine)(group, exchange, post);
  else direct(group, exchange, post);
}

function direct({ size }: ExpertGroup, { direction, traffic: { copies } }: Exchange, post: Post): void {
  for (let from = 0; from < size; from++) {
    for (let shift = 1; shift < size; shift++) {
      const to = (from + shift) % size;
      post(0, from, to, direction === 'to-experts' ? copies[from * size + to]! : copies[to * size + from]!);
    }
  }
}

/**
 * DeepEP's normal kernels: one copy a (token, server), to the GPU of the same local index, which forwards it over NVLink to each GPU of
 * its server that needs it. A forward waits for the message that brought its tokens.
 */
function perNodeDispatch({ size, servers, perServer }: ExpertGroup, { traffic }: Exchange, post: Post): void {
  const { copies, toServer } = traffic;
  for (let source = 0; source < size; source++) {
    const server = Math.floor(source / perServer);
    const local = source % perServer;
    for (let shift = 1; shift < servers; shift++) {
      const there = (server + shift) % servers;
      const entry = there * perServer + local;
      const arrived = post(0, source, entry, toServer[source * servers + there]!);
      for (let turn = 1; turn < perServer; turn++) {
        const to = there * perServer + ((local + turn) % perServer);
        post(1, entry, to, copies[source * size + to]!, arrived);
      }
    }
    for (let turn = 1; turn < perServer; turn++) {
      const to = server * perServer + ((local + turn) % perServer);
      post(0, source, to, copies[source * size + to]!);
    }
  }
}

/** Backwards: partial sums come together at the GPU of the source's local index, and one copy a (token, server) returns. */
function perNodeCombine({ size, servers, perServer }: ExpertGroup, { traffic }: Exchange, post: Post): void {
  const { copies, toServer } = traffic;
  /** partials[entry * servers + n]: receives of what belongs to the source on server n. */
  const partials: number[][] = Array.from({ length: size * servers }, () => []);
  for (let from = 0; from < size; from++) {
    const server = Math.floor(from / perServer);
    for (let turn = 1; turn < perServer; turn++) {
      const local = ((from % perServer) + turn) % perServer;
      const entry = server * perServer + local;
      for (let shift = 1; shift < servers; shift++) {
        const there = (server + shift) % servers;
        const source = there * perServer + local;
        partials[entry * servers + there]!.push(...post(0, from, entry, copies[source * size + from]!));
      }
      post(0, from, entry, copies[entry * size + from]!);
    }
  }
  for (let entry = 0; entry < size; entry++) {
    const server = Math.floor(entry / perServer);
    for (let shift = 1; shift < servers; shift++) {
      const there = (server + shift) % servers;
      const source = there * perServer + (entry % perServer);
      post(1, entry, source, toServer[source * servers + server]!, partials[entry * servers + there]);
    }
  }
}

/** Copies that cross: from all sources of one server to one member (`to`), or from one source to all members of a local index. */
function crossing({ size, servers, perServer }: ExpertGroup, copies: Int32Array): { ofServer: CopySum; ofLocal: CopySum } {
  const ofServer: CopySum = (server, member) => {
    let sum = 0;
    for (let i = 0; i < perServer; i++) sum += copies[(server * perServer + i) * size + member]!;
    return sum;
  };
  const ofLocal: CopySum = (source, local) => {
    let sum = 0;
    for (let n = 0; n < servers; n++) sum += copies[source * size + n * perServer + local]!;
    return sum;
  };
  return { ofServer, ofLocal };
}

type CopySum = (a: number, b: number) => number;

/**
 * Two-dimensional hierarchical all-to-all (Tutel, arXiv 2206.03382): inside the server by the local index of the destination, then
 * between GPUs of the same local index. The second step of a GPU waits for all it receives in the first.
 */
function twoStepDispatch(group: ExpertGroup, { traffic: { copies } }: Exchange, post: Post): void {
  const { size, servers, perServer } = group;
  const { ofServer, ofLocal } = crossing(group, copies);
  const gathered: number[][] = Array.from({ length: size }, () => []);
  for (let source = 0; source < size; source++) {
    const server = Math.floor(source / perServer);
    for (let turn = 1; turn < perServer; turn++) {
      const local = ((source % perServer) + turn) % perServer;
      gathered[server * perServer + local]!.push(...post(0, source, server * perServer + local, ofLocal(source, local)));
    }
  }
  for (let from = 0; from < size; from++) {
    const server = Math.floor(from / perServer);
    for (let shift = 1; shift < servers; shift++) {
      const to = ((server + shift) % servers) * perServer + (from % perServer);
      post(1, from, to, ofServer(server, to), gathered[from]);
    }
  }
}

function twoStepCombine(group: ExpertGroup, { traffic: { copies } }: Exchange, post: Post): void {
  const { size, servers, perServer } = group;
  const { ofServer, ofLocal } = crossing(group, copies);
  const gathered: number[][] = Array.from({ length: size }, () => []);
  for (let from = 0; from < size; from++) {
    const server = Math.floor(from / perServer);
    for (let shift = 1; shift < servers; shift++) {
      const there = (server + shift) % servers;
      const to = there * perServer + (from % perServer);
      gathered[to]!.push(...post(0, from, to, ofServer(there, from)));
    }
  }
  for (let from = 0; from < size; from++) {
    const server = Math.floor(from / perServer);
    for (let turn = 1; turn < perServer; turn++) {
      const source = server * perServer + (((from % perServer) + turn) % perServer);
      post(1, from, source, ofLocal(source, from % perServer), gathered[from]);
    }
  }
}
