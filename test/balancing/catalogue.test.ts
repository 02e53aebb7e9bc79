import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { BALANCERS } from '../../sim/balancing/catalogue.ts';
import { isSprayed, pinsPaths } from '../../sim/balancing/plan.ts';
import { withBalancerTable } from '../../sweep/config/balancer-table.ts';
import { alternatives, configJsonSchema } from '../../sweep/config/schema/json-schema.ts';

const kinds = Object.keys(BALANCERS) as BalancerSpec['kind'][];

describe('the catalogue of balancers', () => {
  test('has the kinds of the schema', () => {
    const schema = configJsonSchema().properties!['balancer']!;
    const known = alternatives(schema).flatMap((option) => option.properties?.['kind']?.const ?? []);
    expect(kinds.toSorted()).toEqual(known.toSorted());
  });

  test('is the table of docs/balancers.md (npm run schema)', () => {
    const page = readFileSync(new URL('../../docs/balancers.md', import.meta.url), 'utf8');
    expect(page).toBe(withBalancerTable(page));
  });

  test('calls reordering what loss detection takes as such', () => {
    for (const kind of kinds) expect([kind, BALANCERS[kind].reorders === 'yes']).toEqual([kind, isSprayed(kind)]);
  });

  test('switches decide only where neither the message nor the packet has a path', () => {
    for (const kind of kinds) if (pinsPaths({ kind })) expect(BALANCERS[kind].point).not.toBe('C');
  });
});
