import { ConfigError } from '../../sim/base/errors.ts';
import type { WirelessHopSpec } from '../../sim/base/wireless-hop-spec.ts';
import { DOWN, UP, type Air, type AirInterface, type AirSink, type Direction } from '../../sim/base/air.ts';
import { radioBuilder } from '../build-radio.ts';
import type { Radio } from '../radio.ts';
import { buildScheduler } from '../mac/build-scheduler.ts';
import { brokenMode, MODE_TABLES } from '../phy/modes.ts';
import { RandomStream } from '../random-stream.ts';
import { AirDirection } from './air-direction.ts';
import { AirLink } from './air-link.ts';

/** The cells of a fabric (docs/model-wireless-hop.md). */
export function airInterface(spec: WirelessHopSpec, seed: number): AirInterface {
  const cells = new Set(spec.leaves);
  const radioOf = radiosOf(spec, seed);
  return { cellOf: (tor, hosts) => (cells.has(tor) ? new HopCell(spec, seed, radioOf, hosts) : null) };
}

/**
 * Checks what only a built radio shows.
 *
 * @throws ConfigError where a finite-state channel does not exist, or is asked for what only a channel with an SNR has, or a slot would carry
 *   parts of packets
 */
export function checkHop(spec: WirelessHopSpec, seed: number): void {
  const broken = brokenMode(spec.phy.table, spec.slot.packetsPerSlot);
  if (broken !== undefined) {
    const carried = broken.bitsPerSymbol * spec.slot.packetsPerSlot;
    throw new ConfigError('E503', `a slot would carry ${carried} packets in mode ${broken.name} of ${spec.phy.table}: not a whole number`, {
      where: { path: 'topology.wireless.slot.packetsPerSlot' },
      hint: 'a multiple of 4; of 2 with phy.table: TM2Q or TM1',
    });
  }
  try {
    radiosOf(spec, seed)(0);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const where = { ...error.where, path: `topology.wireless.${error.where?.path ?? ''}` };
    throw new ConfigError(error.code, error.message, { where, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}

/** The air of one leaf: both directions, on frequencies of their own. */
class HopCell implements Air {
  readonly slotPs: number;
  readonly #up: AirDirection;
  readonly #down: AirDirection;

  constructor(spec: WirelessHopSpec, seed: number, radioOf: RadioOf, hosts: readonly number[]) {
    this.slotPs = spec.slot.durationPs;
    this.#up = directionOf(spec, seed, radioOf, hosts, UP);
    this.#down = directionOf(spec, seed, radioOf, hosts, DOWN);
  }

  get held(): number {
    return this.#up.held + this.#down.held;
  }

  get attempts(): number {
    return this.#up.attempts + this.#down.attempts;
  }

  get failures(): number {
    return this.#up.failures + this.#down.failures;
  }

  take(direction: Direction, terminal: number, tag: number, bits: number, nowPs: number): boolean {
    return this.#of(direction).take(terminal, tag, bits, nowPs);
  }

  endSlot(direction: Direction, sink: AirSink): void {
    this.#of(direction).endSlot(direction, sink);
  }

  serve(slot: number): void {
    this.#up.serve(slot);
    this.#down.serve(slot);
  }

  #of(direction: Direction): AirDirection {
    return direction === UP ? this.#up : this.#down;
  }
}

function directionOf(spec: WirelessHopSpec, seed: number, radioOf: RadioOf, hosts: readonly number[], direction: Direction): AirDirection {
  const { slot, arq, phy, mac, queuePackets } = spec;
  const modes = MODE_TABLES[phy.table];
  const link = {
    capacityPdus: queuePackets,
    packetBits: slot.packetBits,
    maxAttempts: { none: 1, truncated: arq.maxRetransmissions + 1, persistent: Infinity }[arq.kind],
    attemptsOfClass: null,
    harq: arq.harq,
    deadline: false,
    slotPs: slot.durationPs,
    pauseNacks: null,
    pauseSlots: 0,
  };
  const links = hosts.map((host) => {
    const component = 2 * host + direction;
    return new AirLink(radioOf(component), new RandomStream(seed, 'wireless-errors', component), link);
  });
  const scheduler = buildScheduler({ ...mac, dropLate: false }, hosts.length, modes.at(-1)!.bitsPerSymbol);
  return new AirDirection(links, scheduler, slot, modes);
}

/** By the component of its streams. */
type RadioOf = (component: number) => Radio;

function radiosOf({ slot, phy, csi, arq, transmitW, channel, lossTarget }: WirelessHopSpec, seed: number): RadioOf {
  return radioBuilder({ seed, slot, phy, csi, arq, energy: { transmitW } }, { channel, qos: { loss: lossTarget } });
}
