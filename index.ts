/**
 * The public entry of netsim: what a program may rely on. Everything else is internal.
 *
 * ESM, typed, no side effects at import.
 */
export * from './sim/base/errors.ts';
export { formatQuantity, parseQuantity, QuantityProblem, unitsOf } from './sim/base/quantity.ts';
export type { Dimension } from './sim/base/quantity.ts';
export { setupStream, streamSeed } from './sim/base/random.ts';
export type { SetupStream } from './sim/base/random.ts';
export type { RunResult, RunTables } from './sim/base/result.ts';
export { COLLECTIVE_ALGORITHMS } from './sim/base/collective-spec.ts';
export { MAX_TIME_PS } from './sim/base/scenario.ts';
export type * from './sim/base/scenario.ts';
export type * from './sim/base/collective-spec.ts';
export type * from './sim/base/file-spec.ts';
export type * from './sim/base/moe-spec.ts';
export type * from './sim/base/topology-spec.ts';
export type * from './sim/base/traffic-spec.ts';
export type * from './sim/base/workload-spec.ts';
export type * from './sim/base/balancer-spec.ts';
export { DROPTAIL, PLAIN_NIC } from './sim/base/device-spec.ts';
export { ONE_WORKLOAD } from './sim/base/job-spec.ts';
export type * from './sim/base/job-spec.ts';
export type * from './sim/base/device-spec.ts';
export type * from './sim/base/failure-spec.ts';
export { PROBE_KINDS } from './sim/base/probe-spec.ts';
export type * from './sim/base/probe-spec.ts';
export type { ProbeSeries, ProbeTables } from './sim/base/probe-tables.ts';
export type * from './sim/base/transport-spec.ts';
export { COMPUTE, RECV, ScheduleBuilder, SEND } from './sim/base/schedule.ts';
export type { Schedule } from './sim/base/schedule.ts';
export { torNode } from './sim/base/topology.ts';
export type { PathSet, Topology } from './sim/base/topology.ts';

export type { FlowPlan, PacketRule } from './sim/balancing/flow-plan.ts';
export { planFlows } from './sim/balancing/plan.ts';
export type { PlanFacts } from './sim/balancing/plan.ts';
export { deriveLimits, serialisationPs } from './sim/derive.ts';
export type { Limits } from './sim/derive.ts';
export { prepare } from './sim/prepare.ts';
export type { Prepared } from './sim/prepare.ts';
export { bounds } from './sim/bounds.ts';
export type { BoundsResult } from './sim/bounds.ts';
export { simulate, simulatePrepared } from './sim/simulate.ts';
export type { SimulateOptions } from './sim/simulate.ts';
export type { RunControl, RunProgress } from './sim/packet-run.ts';

export { fabricLoads } from './analysis/bounds/link-loads.ts';
export type { FabricLoads } from './analysis/bounds/link-loads.ts';
export { fatTree } from './topologies/fat-tree.ts';
export { leafSpine } from './topologies/leaf-spine.ts';
export { allGather, allReduce, allToAll, reduceScatter } from './workloads/collectives/schedules.ts';
export type { CollectiveOptions } from './workloads/collectives/schedules.ts';
export { buildWorkload } from './workloads/build-workload.ts';
export type { Notice, Workload } from './workloads/build-workload.ts';

export type { HashedLoadStatistics } from './analysis/bounds/hashed-statistics.ts';
export { renderSvgCharts } from './analysis/charts/svg-charts.ts';
export { renderReport } from './analysis/report/report.ts';
export { cellRecord, RESULT_COLUMNS } from './analysis/rows.ts';
export type { CellRecord, FabricLinkRecord, Row, Value } from './analysis/rows.ts';

export { cellsOf, expandCells, listOf, runSingle } from './sweep/cells.ts';
export type { Cell, CellKey, CellList } from './sweep/cells.ts';
export { loadConfig } from './sweep/config/load.ts';
export type { LoadedConfig, LoadOptions } from './sweep/config/load.ts';
export { attemptCell, runCell } from './sweep/run-cell.ts';
export type { CellSpec } from './sweep/run-cell.ts';
export type { ConfigObject } from './sweep/library.ts';
export { scenarioOf, sweep } from './sweep/library.ts';
export type { CellControl } from './sweep/pool.ts';
export { workerPool } from './sweep/pool.ts';
export type { CellRunner } from './sweep/pool.ts';
export { runSweep } from './sweep/run-sweep.ts';
export type { SweepInput, SweepOptions, SweepOutcome } from './sweep/run-sweep.ts';
export { StopFlag } from './sweep/stop-flag.ts';
