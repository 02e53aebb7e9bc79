import type { MalformedConfig } from './malformed/base.ts';
import { CONTRADICTIONS } from './malformed/contradictions.ts';
import { DOCUMENT } from './malformed/document.ts';
import { FAT_TREE } from './malformed/fat-tree.ts';
import { SWEEPS } from './malformed/sweeps.ts';
import { VALUES } from './malformed/values.ts';

/** Malformed configs and the one error each of them gives. The command-line test runs some of them through the program. */
export const MALFORMED_CONFIGS: readonly MalformedConfig[] = [...DOCUMENT, ...VALUES, ...CONTRADICTIONS, ...FAT_TREE, ...SWEEPS];
