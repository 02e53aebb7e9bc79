import { buildApp } from './app/build-app.ts';
import { buildRadio } from './build-radio.ts';
import { Cell } from './cell.ts';
import { EnergyMeter } from './energy/meter.ts';
import { buildScheduler } from './mac/build-scheduler.ts';
import type { CellView } from './mac/scheduler.ts';
import { MODE_TABLES } from './phy/modes.ts';
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
  readonly users: readonly UserCounts[];
  readonly joules: readonly number[];
}

/** Builds the cell of a scenario. @throws ConfigError where a finite-state channel does not exist */
export function buildCell(scenario: WirelessScenario): Cell {
  const { slot, arq, phy, mac, energy, seed, queuePackets } = scenario;
  const modes = MODE_TABLES[phy.table];
  const mostPdus = Math.round(modes.at(-1)!.bitsPerSymbol * slot.packetsPerSlot);
  const maxAttempts = { none: 1, truncated: arq.maxRetransmissions + 1, persistent: Infinity }[arq.kind];
  const users = scenario.users.map(({ qos }, u) => {
    const parts = {
      radio: buildRadio(scenario, u),
      app: buildApp(scenario, u, mostPdus),
      energy: new EnergyMeter(energy),
      errors: new RandomStream(seed, 'wireless-errors', u),
      modes: modes.length,
    };
    const link = {
      capacityPdus: scenario.users[u]!.app.kind === 'full-buffer' ? Infinity : queuePackets,
      packetBits: slot.packetBits,
      maxAttempts,
      attemptsOfClass: arq.byClass ? RETRANSMISSIONS_OF_CLASS.map((most) => most + 1) : null,
      harq: arq.harq,
      deadline: arq.deadline,
      slotPs: slot.durationPs,
    };
    return new User(parts, link, qos.delayPs ?? Infinity);
  });
  const scheduler = users.length === 1 ? null : buildScheduler(mac, users.length, modes.at(-1)!.bitsPerSymbol);
  return new Cell(users, modes, slot, scheduler, viewOf(scenario), mac.dropLate);
}

function viewOf({ users, slot }: WirelessScenario): CellView {
  const count = users.length;
  return {
    users: count,
    backlogPdus: new Int32Array(count),
    rateBits: new Float64Array(count),
    bitsPerSymbol: new Float64Array(count),
    headDelayS: new Float64Array(count),
    headArrivalPs: new Float64Array(count),
    headClass: new Int32Array(count),
    delayBoundS: Float64Array.from(users, ({ qos }) => (qos.delayPs === null ? Infinity : qos.delayPs / 1e12)),
    missTarget: Float64Array.from(users, ({ qos }) => qos.miss),
    minRateBps: Float64Array.from(users, ({ qos }) => qos.minRateBps),
    serviceClass: Int32Array.from(users, ({ qos }) => SERVICE_CLASSES.indexOf(qos.class)),
    slotS: slot.durationPs / 1e12,
  };
}

/**
 * Runs a scenario to its end.
 *
 * @param shouldStop asked now and then; a run that it ends is shorter than the scenario says
 */
export function runCell(scenario: WirelessScenario, shouldStop: () => boolean = () => false): WirelessCounts {
  const cell = buildCell(scenario);
  const { run, slot } = scenario;
  const warmupSlots = Math.round(run.warmupPs / slot.durationPs);
  for (let s = 0; s < warmupSlots; s++) cell.step();
  for (const user of cell.users) user.startCounting();
  const slots = run.durationPs === null ? Infinity : Math.round(run.durationPs / slot.durationPs);
  const packets = run.packets ?? Infinity;
  const CHUNK = 1024;
  let done = 0;
  while (done < slots && !shouldStop()) {
    // Whether enough packets have left is looked at after every slot, so that the end does not depend on the chunk.
    for (let i = 0; i < CHUNK && done < slots; i++) {
      cell.step();
      done++;
      if (packets < Infinity && leftPdus(cell) >= packets) {
        done = Infinity;
        break;
      }
    }
  }
  return {
    slots: cell.users[0]!.counts.slots,
    users: cell.users.map((user) => user.finish()),
    joules: cell.users.map((user) => user.energy.joules() - user.counts.joulesBefore),
  };
}

function leftPdus({ users }: Cell): number {
  let total = 0;
  for (const user of users) total += user.leftPdus;
  return total;
}
