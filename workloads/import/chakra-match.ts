import type { Activity } from './chakra-activity.ts';
import type { TraceGraph } from './chakra-graph.ts';
import { describeNode } from './chakra-trace.ts';
import type { Problems } from './problems.ts';

const ONE_EACH = 'as many sends as receives of a source, destination and tag';

/** One collective: the node of each member, in the order of its group. */
export interface CollectiveInstance {
  readonly activity: Extract<Activity, { readonly kind: 'collective' }>;
  readonly nodes: readonly { readonly rank: number; readonly node: number }[];
}

export interface Matching {
  readonly collectives: readonly CollectiveInstance[];
  /** instanceOf[rank][node]: index in `collectives`, or -1. */
  readonly instanceOf: readonly Int32Array[];
  /** partner[rank][node]: the node at the peer that belongs to a send or receive, or -1. */
  readonly partner: readonly Int32Array[];
}

interface Place {
  readonly rank: number;
  readonly node: number;
}

/**
 * Finds what belongs together. The i-th collective of a process group is one call on all its ranks, in the order of dependencies and
 * ids; sends and receives match on (source, destination, tag), the i-th with the i-th. Mismatches are noted in `problems`.
 */
export function matchTraces(graphs: readonly TraceGraph[], activities: readonly (readonly Activity[])[], problems: Problems): Matching {
  const calls = new Map<string, Place[][]>();
  const sends = new Map<string, Place[]>();
  const receives = new Map<string, Place[]>();
  graphs.forEach((graph, rank) => {
    for (const node of graph.order) {
      const activity = activities[rank]![node]!;
      const place = { rank, node };
      if (activity.kind === 'collective') {
        const members = getOrAdd(calls, activity.group.key, () => activity.group.ranks.map(() => []));
        members[activity.group.ranks.indexOf(rank)]!.push(place);
      } else if (activity.kind === 'send' || activity.kind === 'recv') {
        const key = `${activity.src}->${activity.dst} tag ${activity.tag}`;
        getOrAdd(activity.kind === 'send' ? sends : receives, key, () => []).push(place);
      }
    }
  });

  const describe = ({ rank, node }: Place): string => `${graphs[rank]!.file} ${describeNode(graphs[rank]!.nodes[node]!)}`;
  const fileOf = ({ rank }: Place): { readonly file: string } => ({ file: graphs[rank]!.file });
  const instanceOf = graphs.map((graph) => new Int32Array(graph.nodes.length).fill(-1));
  const partner = graphs.map((graph) => new Int32Array(graph.nodes.length).fill(-1));

  const collectives: CollectiveInstance[] = [];
  for (const members of calls.values()) {
    const longest = members.reduce((most, places) => (places.length > most.length ? places : most));
    for (let i = 0; i < longest.length; i++) {
      const nodes = members.map((places) => places[i]);
      const first = longest[i]!;
      const activity = activities[first.rank]![first.node]!;
      if (activity.kind !== 'collective') continue;
      const absent = nodes.indexOf(undefined);
      if (absent !== -1) {
        problems.add(
          'E427',
          `${describeNode(graphs[first.rank]!.nodes[first.node]!)}: collective ${i + 1} of its group has no counterpart on rank ${activity.group.ranks[absent]}`,
          fileOf(first),
          'all ranks of a process group call its collectives in one order',
        );
        break;
      }
      const present = nodes as Place[];
      const different = present.find(({ rank, node }) => {
        const other = activities[rank]![node]!;
        return other.kind === 'collective' && (other.collective !== activity.collective || other.sizeBytes !== activity.sizeBytes);
      });
      if (different !== undefined) {
        problems.add(
          'E427',
          `${describeNode(graphs[first.rank]!.nodes[first.node]!)}: collective ${i + 1} of its group differs in kind or size from ${describe(different)}`,
          fileOf(first),
          'all ranks of a process group call its collectives in one order',
        );
        break;
      }
      for (const { rank, node } of present) instanceOf[rank]![node] = collectives.length;
      collectives.push({ activity, nodes: present });
    }
  }

  for (const key of new Set([...sends.keys(), ...receives.keys()])) {
    const [sent, received] = [sends.get(key) ?? [], receives.get(key) ?? []];
    const alone = sent[received.length] ?? received[sent.length];
    if (alone !== undefined) {
      const what = sent.length > received.length ? 'send has no receive' : 'receive has no send';
      problems.add('E428', `${describeNode(graphs[alone.rank]!.nodes[alone.node]!)}: this ${what} (${key})`, fileOf(alone), ONE_EACH);
      continue;
    }
    sent.forEach((send, i) => {
      const receive = received[i]!;
      const [a, b] = [activities[send.rank]![send.node]!, activities[receive.rank]![receive.node]!];
      if (a.kind === 'send' && b.kind === 'recv' && a.sizeBytes !== b.sizeBytes) {
        problems.add(
          'E428',
          `${describeNode(graphs[send.rank]!.nodes[send.node]!)}: sends ${a.sizeBytes} bytes, ${describe(receive)} expects ${b.sizeBytes} (${key})`,
          fileOf(send),
        );
      }
      partner[send.rank]![send.node] = receive.node;
      partner[receive.rank]![receive.node] = send.node;
    });
  }
  return { collectives, instanceOf, partner };
}

function getOrAdd<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
