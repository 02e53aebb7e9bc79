import { ConfigError } from '../sim/base/errors.ts';
import type { App } from './app/app.ts';
import { buildApp } from './app/build-app.ts';
import { buildRadio } from './build-radio.ts';
import { Cell } from './cell.ts';
import { signalsOf } from './controller/architectures.ts';
import { SignalBus } from './controller/bus.ts';
import { type CellKnowledge, knowledgeOf } from './controller/fallbacks.ts';
import { Answers, UserController } from './controller/user-controller.ts';
import { EnergyMeter } from './energy/meter.ts';
import { buildScheduler } from './mac/build-scheduler.ts';
import type { CellView } from './mac/scheduler.ts';
import { brokenMode, MODE_TABLES } from './phy/modes.ts';
import { RandomStream } from './random-stream.ts';
import type { WirelessScenario } from './scenario.ts';
import { User, type UserCounts } from './user.ts';

/** Retransmissions of I, P and B frames, or of layers 0, 1 and 2. */
const RETRANSMISSIONS_OF_CLASS = [6, 3, 1];
const SERVICE_CLASSES = ['UGS', 'rtPS', 'nrtPS', 'BE'] as const;

/** What a wireless run has counted. */
export interface WirelessCounts {
  /** Slots since the warm-up. */
  readonly slots: number;
  /** The run came to the end that its scenario asks for. */
  readonly isWhole: boolean;
  readonly users: readonly UserCounts[];
  readonly joules: readonly number[];
  /** What their applications made of it. */
  readonly apps: readonly App[];
  readonly controllers: readonly UserController[];
}

/**
 * Builds the cell of a scenario.
 *
 * @param first the application of the first user in place of its own; its packets wait in the queue of the config
 * @throws ConfigError where a finite-state channel does not exist, a slot would carry parts of packets, or a video has too little rate
 */
export function buildCell(asked: WirelessScenario, first: App | null = null): Cell {
  const knowledge = knowledgeOf(asked);
  const { scenario } = knowledge;
  const { slot, arq, phy, mac, energy, seed, queuePackets } = scenario;
  const modes = MODE_TABLES[phy.table];
  const broken = brokenMode(phy.table, slot.packetsPerSlot);
  if (broken !== undefined) {
    const carried = broken.bitsPerSymbol * slot.packetsPerSlot;
    throw new ConfigError('E503', `a slot would carry ${carried} packets in mode ${broken.name} of ${phy.table}: not a whole number`, {
      where: { path: 'slot.packetsPerSlot' },
      hint: 'set slot.packetsPerSlot: 4, or phy.table: TM2Q with 2',
    });
  }
  const mostPdus = modes.at(-1)!.bitsPerSymbol * slot.packetsPerSlot;
  const maxAttempts = { none: 1, truncated: arq.maxRetransmissions + 1, persistent: Infinity }[arq.kind];
  const users = scenario.users.map(({ qos, app }, u) => {
    const own = u === 0 ? first : null;
    const parts = {
      ...ofUser(u, () => ({ radio: buildRadio(scenario, u), app: own ?? buildApp(scenario, u, mostPdus) })),
      energy: new EnergyMeter(energy),
      errors: new RandomStream(seed, 'wireless-errors', u),
      modes: modes.length,
      knowsClasses: knowledge.packetClasses,
    };
    const link = {
      capacityPdus: own === null && app.kind === 'full-buffer' ? Infinity : queuePackets,
      packetBits: slot.packetBits,
      maxAttempts,
      attemptsOfClass: arq.byClass ? RETRANSMISSIONS_OF_CLASS.map((most) => most + 1) : null,
      harq: arq.harq,
      deadline: arq.deadline,
      slotPs: slot.durationPs,
      pauseNacks: arq.pauseNacks,
      pauseSlots: arq.pauseSlots,
    };
    return new User(parts, link, qos.delayPs ?? Infinity);
  });
  const scheduler = users.length === 1 ? null : buildScheduler(mac, users.length, modes.at(-1)!.bitsPerSymbol);
  return new Cell(users, modes, slot, scheduler, viewOf(knowledge), mac.dropLate);
}

/** Errors in blocks that each user has name the user: `users[2].channel.doppler`. */
function ofUser<T>(user: number, build: () => T): T {
  try {
    return build();
  } catch (error) {
    const path = error instanceof ConfigError ? (error.where?.path ?? '') : '';
    if (!(error instanceof ConfigError) || !/^(channel|app)\./.test(path)) throw error;
    throw new ConfigError(error.code, error.message, {
      where: { path: `users[${user}].${path}` },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

const BEST_EFFORT = SERVICE_CLASSES.indexOf('BE');

function viewOf({ scenario: { users, slot }, bounds, serviceClasses }: CellKnowledge): CellView {
  const count = users.length;
  return {
    users: count,
    backlogPdus: new Int32Array(count),
    rateBits: new Float64Array(count),
    bitsPerSymbol: new Float64Array(count),
    headDelayS: new Float64Array(count),
    headArrivalPs: new Float64Array(count),
    headClass: new Int32Array(count),
    delayBoundS: Float64Array.from(users, ({ qos }) => (bounds && qos.delayPs !== null ? qos.delayPs / 1e12 : Infinity)),
    missTarget: Float64Array.from(users, ({ qos }) => qos.miss),
    minRateBps: Float64Array.from(users, ({ qos }) => qos.minRateBps),
    serviceClass: Int32Array.from(users, ({ qos }) => (serviceClasses ? SERVICE_CLASSES.indexOf(qos.class) : BEST_EFFORT)),
    slotS: slot.durationPs / 1e12,
  };
}

/**
 * Runs a scenario's cell to its end.
 *
 * @param shouldStop asked now and then; a run that it ends is shorter than the scenario says
 * @throws ConfigError where a finite-state channel does not exist
 */
export function runCell(scenario: WirelessScenario, shouldStop: () => boolean = () => false): WirelessCounts {
  const cell = buildCell(scenario);
  const controllers = buildControllers(scenario, cell);
  const { run, slot } = scenario;
  const periodSlots = controllers.length === 0 ? Infinity : periodOf(scenario);
  let slotsToDecision = periodSlots;
  const step = (): void => {
    cell.step();
    if (--slotsToDecision > 0) return;
    slotsToDecision = periodSlots;
    for (const controller of controllers) controller.step(cell.nowPs);
  };
  const warmupSlots = Math.round(run.warmupPs / slot.durationPs);
  for (let s = 0; s < warmupSlots; s++) {
    if (s % SLOTS_BETWEEN_LOOKS === 0 && shouldStop()) return countsOf(cell, false, controllers);
    step();
  }
  for (const user of cell.users) user.startCounting();
  const slots = run.durationPs === null ? MOST_SLOTS : Math.round(run.durationPs / slot.durationPs);
  const packets = run.packets ?? Infinity;
  let isWhole = run.durationPs !== null;
  for (let done = 0; done < slots; done++) {
    if (done % SLOTS_BETWEEN_LOOKS === 0 && shouldStop()) break;
    step();
    if (packets < Infinity && leftPdus(cell) >= packets) {
      isWhole = true;
      break;
    }
  }
  return countsOf(cell, isWhole, controllers);
}

/** What a cell has counted so far. */
export function countsOf(cell: Cell, isWhole: boolean, controllers: readonly UserController[]): WirelessCounts {
  return {
    slots: cell.users[0]!.counts.slots,
    isWhole,
    users: cell.users.map((user) => user.finish()),
    joules: cell.users.map((user) => user.energy.joules() - user.counts.joulesBefore),
    apps: cell.users.map(({ app }) => app),
    controllers,
  };
}

/** A run that counts packets ends here where its channel lets (almost) none through: 11 hours of slots of 2 ms. */
export const MOST_SLOTS = 20_000_000;
const SLOTS_BETWEEN_LOOKS = 4096;
/** Between decisions where the application has no groups of pictures. */
const DEFAULT_PERIOD_PS = 0.4e12;

function buildControllers(scenario: WirelessScenario, cell: Cell): UserController[] {
  const { controller, slot, seed } = scenario;
  if (controller.kind === 'layered' && Object.keys(controller.signals).length === 0) return [];
  const signals = signalsOf(controller.kind, slot.durationPs, controller.signals);
  const answers = new Answers();
  const buses = cell.users.map((_, u) => new SignalBus(signals, new RandomStream(seed, 'wireless-signals', u)));
  cell.buses = buses;
  return cell.users.map((user, u) => new UserController(scenario, u, user, buses[u]!, answers));
}

function periodOf({ controller, slot, users }: WirelessScenario): number {
  const app = users[0]!.app;
  const groupPs = app.kind === 'svc' || app.kind === 'video' ? (app.gop.length * 1e12) / app.fps : DEFAULT_PERIOD_PS;
  return Math.max(1, Math.round((controller.periodPs ?? groupPs) / slot.durationPs));
}

function leftPdus({ users }: Cell): number {
  let total = 0;
  for (const user of users) total += user.leftPdus;
  return total;
}
