import type { SwitchBalancerSpec } from '../../sim/base/balancer-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { SwitchBalancerConfig } from './schema/switch-balancer.ts';
import type { JsonBlock } from './tree.ts';

const timeText = (ps: number): string => formatQuantity(ps, 'time');

/** Those whose keys are not the simulator's. */
type QuantityKind = 'letflow' | 'flowlet-ar' | 'conga' | 'conweave';
type QuantityConfig = Extract<SwitchBalancerConfig, { readonly kind: QuantityKind }>;
type QuantitySpec = Extract<SwitchBalancerSpec, { readonly kind: QuantityKind }>;

/** A switch balancer of the config as the simulator takes it. */
export function switchBalancerSpec(config: QuantityConfig): QuantitySpec {
  switch (config.kind) {
    case 'letflow':
      return { kind: config.kind, gapPs: config.gap };
    case 'flowlet-ar':
      return { kind: config.kind, gapPs: config.gap, key: config.key };
    case 'conga': {
      const { kind, gap, dreInterval, alpha, ageing, bits } = config;
      return { kind, gapPs: gap, dreIntervalPs: dreInterval, alpha, ageingPs: ageing, bits };
    }
    case 'conweave': {
      const { kind, replySlack, pathPause, expiry, flushSlack, flushDefault } = config;
      return {
        kind,
        replySlackPs: replySlack,
        pathPausePs: pathPause,
        expiryPs: expiry,
        flushSlackPs: flushSlack,
        flushDefaultPs: flushDefault,
      };
    }
  }
}

/** The block of a switch balancer in a config that is written out. */
export function switchBalancerBlock(spec: QuantitySpec): JsonBlock {
  switch (spec.kind) {
    case 'letflow':
      return { kind: spec.kind, gap: timeText(spec.gapPs) };
    case 'flowlet-ar':
      return { kind: spec.kind, gap: timeText(spec.gapPs), key: spec.key };
    case 'conga': {
      const { kind, gapPs, dreIntervalPs, alpha, ageingPs, bits } = spec;
      return { kind, gap: timeText(gapPs), dreInterval: timeText(dreIntervalPs), alpha, ageing: timeText(ageingPs), bits };
    }
    case 'conweave':
      return {
        kind: spec.kind,
        replySlack: timeText(spec.replySlackPs),
        pathPause: timeText(spec.pathPausePs),
        expiry: timeText(spec.expiryPs),
        flushSlack: timeText(spec.flushSlackPs),
        flushDefault: timeText(spec.flushDefaultPs),
      };
  }
}
