import { readFileSync, writeFileSync } from 'node:fs';
import { withBalancerTable } from '../sweep/config/balancer-table.ts';
import { configReference, wirelessReference } from '../sweep/config/reference.ts';
import { publishedSchema } from '../sweep/config/schema/json-schema.ts';

// Writes schema.json, docs/config.md, docs/config-wireless.md and the table of docs/balancers.md, which tests compare with their source. Run from the root of the project.
writeFileSync('schema.json', `${JSON.stringify(publishedSchema(), null, 2)}\n`);
writeFileSync('docs/config.md', configReference());
writeFileSync('docs/config-wireless.md', wirelessReference());
writeFileSync('docs/balancers.md', withBalancerTable(readFileSync('docs/balancers.md', 'utf8')));
