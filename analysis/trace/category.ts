/** What a slice is about; viewers filter by it, and the older one colours by it. */
export type Category = 'compute' | 'tp' | 'cp' | 'dp' | 'pp' | 'ep' | 'p2p' | 'collective';

/** Words of phase names, in the order in which they are looked for. */
const WORDS: readonly (readonly [RegExp, Category])[] = [
  [/\b(tp|tensor)\b/, 'tp'],
  [/\b(cp|context)\b/, 'cp'],
  [/\b(pp|pipeline)\b/, 'pp'],
  [/\b(ep|dispatch|combine)\b/, 'ep'],
  [/\b(dp|zero|fsdp)\b/, 'dp'],
  [/\bstep \d+/, 'collective'],
];

/** By the label of the phase that a message belongs to; single flows are `p2p`. */
export const categoryOf = (phaseName: string): Category => WORDS.find(([word]) => word.test(phaseName))?.[1] ?? 'p2p';

/** Colours that the older viewer knows by name. */
export const COLOURS: Readonly<Record<Category, string>> = {
  compute: 'thread_state_running',
  tp: 'rail_response',
  cp: 'rail_load',
  dp: 'rail_animation',
  pp: 'rail_idle',
  ep: 'thread_state_iowait',
  p2p: 'thread_state_runnable',
  collective: 'good',
};
