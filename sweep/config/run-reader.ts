import type { OracleName } from '../../analysis/charts/input.ts';
import type { ConfigError } from '../../sim/base/errors.ts';
import type { AnyScenario } from '../any-scenario.ts';
import type { MapNode } from './tree.ts';

/** What a document says of all its runs. */
export interface Frame {
  readonly errors: readonly ConfigError[];
  readonly config: {
    readonly name?: string | undefined;
    readonly trace?: { readonly maxEvents: number };
    readonly sweep?: { readonly repeat: number } | undefined;
    readonly report?: ReportConfig | undefined;
  };
}

interface ReportConfig {
  readonly title?: string | undefined;
  readonly charts?:
    | readonly {
        readonly x: string;
        readonly y: string;
        readonly series?: string | undefined;
        readonly facet?: string | readonly string[] | undefined;
        readonly oracle?: OracleName | undefined;
      }[]
    | undefined;
}

/** One run of a document, as far as it is valid. */
export interface CheckedRun {
  /** The document with its bare words read as kinds. */
  readonly root: MapNode;
  readonly errors: readonly ConfigError[];
  readonly seed: number;
  /** Its blocks, for the values of swept keys; null: there are errors. */
  readonly config: object | null;
  /** Only where there are no errors. */
  scenario(): AnyScenario;
}

/** Reads documents of one kind (fabric, wireless). */
export interface RunReader {
  frame(document: MapNode): Frame;
  check(document: MapNode): CheckedRun;
  /** The same after the files that it names have been read. */
  checkWithFiles(document: MapNode): Promise<CheckedRun>;
}
