import type { RunTables } from '../sim/base/result.ts';

/** 53 bits over the tables of a finished packet run: see checksum.mjs. */
export function checksum(tables: RunTables): number;
