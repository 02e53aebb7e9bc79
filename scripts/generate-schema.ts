import { writeFileSync } from 'node:fs';
import { configReference } from '../sweep/config/reference.ts';
import { configJsonSchema } from '../sweep/config/schema/json-schema.ts';

// Writes schema.json and docs/config.md, which tests compare with their source. Run from the root of the project.
writeFileSync('schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
writeFileSync('docs/config.md', configReference());
