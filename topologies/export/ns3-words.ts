import type { LinkSpec } from '../../sim/base/topology-spec.ts';
import { cannotExpressFabric } from './cannot-express.ts';

const RATE_UNITS = [
  [1e9, 'Gbps'],
  [1e6, 'Mbps'],
  [1e3, 'Kbps'],
  [1, 'bps'],
] as const;

/** A rate as ns-3 reads it, in the largest unit of which it is a whole number: `400Gbps`. */
export function ns3Rate(rateBps: number): string {
  const [scale, unit] = RATE_UNITS.find(([each]) => Number.isInteger(rateBps / each)) ?? RATE_UNITS[3];
  return `${rateBps / scale}${unit}`;
}

/** A delay in ns. @throws ConfigError when it is no whole number of them, which is how ns-3 counts time */
export function wholeNs(format: string, { delayPs }: Pick<LinkSpec, 'delayPs'>, of: string): number {
  if (delayPs % 1000 === 0) return delayPs / 1000;
  throw cannotExpressFabric(format, `a delay of ${delayPs / 1000} ns of ${of}`, 'use whole ns');
}
