import type { FailureCourse, FailureSpec, Fault } from '../../sim/base/failure-spec.ts';
import { isDownFault } from '../../sim/base/failure-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { FailureConfig } from './schema/failures.ts';
import type { JsonBlock } from './tree.ts';

/** An entry of `failures` as the simulator takes it. */
export function failureSpec(failure: FailureConfig): FailureSpec {
  const link = failure.link ?? failure.switch!;
  return isKnownFromStart(failure) ? { link } : { link, course: courseOf(failure) };
}

/** Dead from the start to the end, and everybody knows: then it is simply not there. */
export const isKnownFromStart = ({ at, until, converge = 0, direction, ...what }: FailureConfig): boolean =>
  at === 0 && until === undefined && converge === 0 && direction === 'both' && faultKey(what) === null;

/** The key that says what happens, if it is not just down. */
export function faultKey({ rate, loss, ber, flap }: Pick<FailureConfig, 'rate' | 'loss' | 'ber' | 'flap'>): string | null {
  if (rate !== undefined) return 'rate';
  if (loss !== undefined) return 'loss';
  if (ber !== undefined) return 'ber';
  return flap === undefined ? null : 'flap';
}

export function courseOf(failure: FailureConfig): FailureCourse {
  return { atPs: failure.at, untilPs: failure.until ?? Infinity, direction: failure.direction, fault: faultOf(failure) };
}

function faultOf({ rate, loss, ber, flap, converge = 0 }: FailureConfig): Fault {
  const convergePs = converge === 'never' ? Infinity : converge;
  if (rate !== undefined) {
    return 'factor' in rate ? { kind: 'rate-factor', factor: rate.factor } : { kind: 'rate', rateBps: rate.bps };
  }
  if (loss !== undefined) return { kind: 'loss', probability: loss };
  if (ber !== undefined) return { kind: 'bit-error', probability: ber };
  return flap === undefined ? { kind: 'down', convergePs } : { kind: 'flap', downPs: flap.down, upPs: flap.up, convergePs };
}

const timeText = (ps: number): string => formatQuantity(ps, 'time');

/** An entry of `failures` of a resolved config. */
export function failureBlock({ link, course }: FailureSpec): JsonBlock {
  const what = link.includes('-') ? { link } : { switch: link };
  if (course === undefined) return { ...what, at: '0s' };
  const { atPs, untilPs, direction, fault } = course;
  return {
    ...what,
    at: timeText(atPs),
    ...(untilPs === Infinity ? {} : { until: timeText(untilPs) }),
    ...(direction === 'both' ? {} : { direction }),
    ...faultBlock(fault),
    ...(isDownFault(fault) ? { converge: fault.convergePs === Infinity ? 'never' : timeText(fault.convergePs) } : {}),
  };
}

function faultBlock(fault: Fault): JsonBlock {
  switch (fault.kind) {
    case 'down':
      return {};
    case 'flap':
      return { flap: { down: timeText(fault.downPs), up: timeText(fault.upPs) } };
    case 'rate':
      return { rate: formatQuantity(fault.rateBps, 'rate') };
    case 'rate-factor':
      return { rate: percentText(fault.factor) };
    case 'loss':
      return { loss: fault.probability };
    case 'bit-error':
      return { ber: fault.probability };
  }
}

/** Few digits where they give the factor back, all of them otherwise. */
function percentText(factor: number): string {
  const rounded = Number((factor * 100).toPrecision(15));
  return `${rounded / 100 === factor ? rounded : factor * 100}%`;
}
