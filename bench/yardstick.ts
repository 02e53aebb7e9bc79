import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs of bench/yardstick/. */
export const YARDSTICKS = ['node-window', 'global-wheel'] as const;
export type Yardstick = (typeof YARDSTICKS)[number];

/** What a run of the model gives, whoever runs it: equal figures, or one of the two is wrong. */
export interface ModelFigures {
  readonly packetHops: number;
  readonly packets: number;
  readonly drops: number;
  readonly ecnMarks: number;
  readonly retransmits: number;
  readonly reorderMaxPackets: number;
  readonly completionPs: number;
  /** Over flow completion times, link loads and largest queues (bench/checksum.mjs). */
  readonly checksum: number;
}

export interface YardstickRun {
  readonly model: ModelFigures;
  /** User CPU time of the simulation loop of one run. */
  readonly userSeconds: number;
}

// No contraction to fused multiply-add: floating point must come out as JavaScript's does.
const FLAGS = ['-std=c++20', '-O3', '-march=native', '-ffp-contract=off', '-Wall', '-Wextra'];

export const hasCompiler = (): boolean => spawnSync('g++', ['--version']).status === 0;

/** Compiles a yardstick into `folder` and returns the path of the program. */
export function compileYardstick(name: Yardstick, folder: string): string {
  const program = join(folder, name);
  const source = fileURLToPath(new URL(`./yardstick/${name}.cpp`, import.meta.url));
  execFileSync('g++', [...FLAGS, source, '-o', program], { stdio: ['ignore', 'inherit', 'inherit'] });
  return program;
}

/** Runs a compiled yardstick on a case file, as often as it takes for `leastSeconds` of user time. */
export function runYardstick(program: string, casePath: string, leastSeconds: number): YardstickRun {
  const { userSeconds, ...model } = JSON.parse(
    execFileSync(program, [casePath, String(leastSeconds)], { encoding: 'utf8' }),
  ) as ModelFigures & {
    userSeconds: number;
  };
  return { model, userSeconds };
}
