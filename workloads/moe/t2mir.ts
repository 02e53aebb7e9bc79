import type { T2mirRouting } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { type Choices, drawChoices } from './choices.ts';
import { plackettLuce, type TokenGate } from './gating.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Router, Wave } from './layer-plan.ts';
import { expertRanks, single } from './placement.ts';
import { fromExperts, type Planner, toExperts } from './planner.ts';
import { component } from './source-gates.ts';
import { chunkRange, countCopies, sumOf, type TokenCopies } from './token-copies.ts';

/** Task experts are numbered behind the token experts. */
interface Halves {
  readonly token: Choices;
  readonly task: Choices;
}

/**
 * T2MIR, token-wise and task-wise experts in parallel (arXiv 2506.05426): each token visits experts of both kinds, and each kind returns
 * half of the features. With a hard task gate all tokens of a sequence use the same task experts.
 */
export function t2mirRouter(planner: Planner, routing: T2mirRouting): Router {
  const { spec } = planner;
  const gates = {
    token: plackettLuce(new Float64Array(routing.tokenExperts), routing.tokenK),
    task: plackettLuce(new Float64Array(routing.taskExperts), routing.taskK),
  };
  return {
    passes: spec.microbatches,
    isSerial: false,
    lookahead: 0,
    plan: (pass, layer) =>
      planner.groups.map((group) => {
        const halves = {
          token: drawTokenWise(planner, gates.token, group, pass, layer),
          task: drawTaskWise(planner, routing, gates.task, group, pass, layer),
        };
        return planHalves(planner, routing, group, halves);
      }),
    facts: () => ({}),
  };
}

function drawTokenWise({ spec, seed }: Planner, gate: TokenGate, group: ExpertGroup, pass: number, layer: number): Choices {
  const { tokenK } = spec.routing as T2mirRouting;
  return drawChoices(group.size, spec.tokens, tokenK, (source) => {
    const stream = setupStream(seed, 'moe-gating', component(spec, { pass, layer, rank: group.ranks[source]! }));
    return (chosen) => gate(stream, chosen);
  });
}

/** Sequence i of a GPU belongs to its task i mod tasksPerGpu; a hard gate draws once a task, a soft one once a token. */
function drawTaskWise(
  { spec, seed }: Planner,
  { taskK, tokenExperts, hard, sequenceLength, tasksPerGpu }: T2mirRouting,
  gate: TokenGate,
  group: ExpertGroup,
  pass: number,
  layer: number,
): Choices {
  return drawChoices(group.size, spec.tokens, taskK, (source) => {
    const stream = setupStream(seed, 'moe-t2mir-task', component(spec, { pass, layer, rank: group.ranks[source]! }));
    const draw = (): Int32Array => {
      const experts = new Int32Array(taskK);
      gate(stream, experts);
      return experts.map((e) => e + tokenExperts);
    };
    const ofTask = hard ? Array.from({ length: tasksPerGpu }, draw) : null;
    let token = 0;
    return (chosen) => chosen.set(ofTask?.[Math.floor(token++ / sequenceLength) % tasksPerGpu] ?? draw());
  });
}

/** The choices of both kinds, token by token. */
function union({ token, task }: Halves): Choices {
  const k = token.k + task.k;
  const expert = new Int32Array(token.sources * token.tokens * k);
  for (let t = 0; t < token.sources * token.tokens; t++) {
    expert.set(token.expert.subarray(t * token.k, (t + 1) * token.k), t * k);
    expert.set(task.expert.subarray(t * task.k, (t + 1) * task.k), t * k + token.k);
  }
  return { ...token, k, expert };
}

function planHalves(
  planner: Planner,
  { tokenExperts, taskExperts, channels }: T2mirRouting,
  group: ExpertGroup,
  halves: Halves,
): ChunkPlan[] {
  const { spec } = planner;
  const spread = (experts: number): Int32Array => expertRanks({ experts, ranks: group.size, placement: 'linear' }, planner.seed);
  const placement = single(Int32Array.from([...spread(tokenExperts), ...spread(taskExperts)]));
  const chunks = planner.chunks(group, 0, union(halves), placement);
  const copiesOf = (choices: Choices, chunk: number): TokenCopies =>
    countCopies(choices, planner.destinations(choices, placement, group), chunkRange(spec.tokens, chunk, spec.chunks), group, spec.scheme);
  return chunks.map((chunk, c) => {
    const token = copiesOf(halves.token, c);
    const task = copiesOf(halves.task, c);
    const { dispatchBytesPerToken: out, combineBytesPerToken: back, backwardBytesPerToken: gradient } = spec;
    const half = (bytes: number): number => Math.ceil(bytes / 2);
    if (channels === 'separate') {
      const wave = (direction: typeof toExperts, name: string, bytes: number): readonly Wave[] => [
        [direction(`token-wise ${name}`, token, bytes), direction(`task-wise ${name}`, task, bytes)],
      ];
      return {
        ...chunk,
        dispatch: wave(toExperts, 'dispatch', out),
        combine: wave(fromExperts, 'combine', half(back)),
        gradientOfCombine: wave(toExperts, 'gradient of combine', half(gradient)),
        gradientOfDispatch: wave(fromExperts, 'gradient of dispatch', gradient),
      };
    }
    const both = sumOf(token, task);
    return {
      ...chunk,
      combine: [[fromExperts('combine', both, half(back))]],
      gradientOfCombine: [[toExperts('gradient of combine', both, half(gradient))]],
    };
  });
}
