/** Formats that a scenario is written in without running it. */
export const EXPORT_FORMATS = ['htsim', 'goal', 'goal-bin', 'chakra', 'hpcc', 'simai-topology'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
