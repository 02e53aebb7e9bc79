import type { LosslessInputSpec } from '../../sim/base/device-spec.ts';
import type { Held } from './class-queues.ts';
import type { SwitchBuffer } from './droptail-buffer.ts';
import { PAUSE, RESUME } from './event-log.ts';
import type { OutputPort } from './output-port.ts';
import type { SendFrame } from './shared-buffer.ts';

/** `lossless-input`: docs/model-switches.md, section 6. */
export class InputBuffer implements SwitchBuffer {
  readonly #spec: LosslessInputSpec;
  readonly #sendFrame: SendFrame;
  readonly #accounts = new Map<string, { ingress: number; paused: boolean }>();

  constructor(spec: LosslessInputSpec, sendFrame: SendFrame) {
    this.#spec = spec;
    this.#sendFrame = sendFrame;
  }

  arrive(held: Held, output: OutputPort): void {
    const { packet, inPort } = held;
    if (packet.trafficClass === 0) {
      output.accept(held);
      return;
    }
    const key = `${inPort}:${packet.trafficClass}`;
    const account = this.#accounts.get(key) ?? { ingress: 0, paused: false };
    this.#accounts.set(key, account);
    account.ingress += packet.wireBytes;
    output.accept(held);
    if (account.paused || account.ingress <= this.#spec.pauseBytes) return;
    account.paused = true;
    this.#sendFrame(inPort, PAUSE, packet.trafficClass);
  }

  depart({ packet, inPort }: Held): void {
    if (packet.trafficClass === 0) return;
    const account = this.#accounts.get(`${inPort}:${packet.trafficClass}`)!;
    account.ingress -= packet.wireBytes;
    if (!account.paused || account.ingress >= this.#spec.resumeBytes) return;
    account.paused = false;
    this.#sendFrame(inPort, RESUME, packet.trafficClass);
  }
}
