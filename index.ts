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
export type { CriticalShare, Measure, Measures, OperationTimes } from './sim/base/measures.ts';
export type { RunResult, RunTables } from './sim/base/result.ts';
export { busbwFactor } from './sim/base/busbw.ts';
export { COLLECTIVE_ALGORITHMS } from './sim/base/collective-spec.ts';
export type * from './sim/base/compat-spec.ts';
export type * from './sim/base/nccl-spec.ts';
export { MAX_TIME_PS } from './sim/base/scenario.ts';
export type * from './sim/base/scenario.ts';
export type * from './sim/base/collective-spec.ts';
export type * from './sim/base/file-spec.ts';
export { PLAIN_MOE } from './sim/base/moe-spec.ts';
export type * from './sim/base/moe-spec.ts';
export type * from './sim/base/topology-spec.ts';
export type * from './sim/base/radio-spec.ts';
export type * from './sim/base/wireless-hop-spec.ts';
export type * from './sim/base/traffic-spec.ts';
export { GPU_NAMES, PARALLEL_DIMENSIONS } from './sim/base/training-spec.ts';
export type * from './sim/base/training-spec.ts';
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
export { inOneServer, torNode } from './sim/base/topology.ts';
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
export { runLogGops } from './sim/compat/loggops.ts';
export type { LogGopsRun, Processors } from './sim/compat/loggops.ts';
export { astraSimNs, astraSimProblem } from './sim/compat/astra-sim.ts';
export type { AstraSimCall, AstraSimProblem } from './sim/compat/astra-sim.ts';
export type { SimulateOptions } from './sim/simulate.ts';
export type { RunControl, RunProgress } from './sim/packet-run.ts';

export { fabricLoads } from './analysis/bounds/link-loads.ts';
export type { FabricLoads } from './analysis/bounds/link-loads.ts';
export { fatTree } from './topologies/fat-tree.ts';
export { dumbbell } from './topologies/dumbbell.ts';
export { graphFabric } from './topologies/graph-fabric.ts';
export { hpccTopology } from './topologies/import/hpcc-topology.ts';
export { htsimTopo as readHtsimTopo } from './topologies/import/htsim-topo.ts';
export { simaiTopology } from './topologies/import/simai-topology.ts';
export type { ImportedTopology, TopologyText } from './topologies/import/topology-text.ts';
export { hpccTopologyText } from './topologies/export/hpcc-topology.ts';
export { htsimTopoText } from './topologies/export/htsim-topo.ts';
export { simaiTopologyText } from './topologies/export/simai-topology.ts';
export { leafSpine } from './topologies/leaf-spine.ts';
export { rail } from './topologies/rail.ts';
export { collectiveFaults, scheduleFaults } from './workloads/collectives/check.ts';
export type { CarriedMessage, DataMeaning } from './workloads/collectives/check.ts';
export { bestChainChunks, collectiveTime, flatAllToAllFloorPs } from './workloads/collectives/closed-forms.ts';
export type { CollectiveTime, MessageCost } from './workloads/collectives/closed-forms.ts';
export {
  allGather,
  allReduce,
  allToAll,
  allToAllV,
  barrier,
  broadcast,
  gather,
  reduce,
  reduceScatter,
  scatter,
  sendRecv,
} from './workloads/collectives/schedules.ts';
export type { CollectiveOptions } from './workloads/collectives/schedules.ts';
export { criticalPath, criticalShares } from './workloads/critical-path.ts';
export type { CriticalStep } from './workloads/critical-path.ts';
export { GPUS } from './workloads/training/gpus.ts';
export { MODELS } from './workloads/training/models.ts';
export { buildWorkload } from './workloads/build-workload.ts';
export { importWorkload } from './workloads/import/import-workload.ts';
export type { ImportRequest } from './workloads/import/import-request.ts';
export { fileOf } from './sim/base/file-spec.ts';
export { importFile } from './sweep/import-file.ts';
export type { ImportFileOptions, ImportSummary } from './sweep/import-file.ts';
export { ncclTuner } from './workloads/nccl/tuner.ts';
export type { NcclCollective, NcclCommunicator, NcclCost, NcclTuning } from './workloads/nccl/tuner.ts';
export type { Notice, Workload } from './workloads/build-workload.ts';

export { chakraCollective, chakraTraces, isChakraCollective } from './workloads/export/chakra.ts';
export type { ChakraCollective, DurationUnit } from './workloads/export/chakra.ts';
export { goalBinary } from './workloads/export/goal-binary.ts';
export { goalProgram } from './workloads/export/goal-program.ts';
export type { GoalProgram } from './workloads/export/goal-program.ts';
export type { TimeUnit } from './sim/base/time-unit.ts';
export { goalText } from './workloads/export/goal-text.ts';
export { hpccFlowsText } from './workloads/export/hpcc-flows.ts';
export { htsimCmText } from './workloads/export/htsim-cm.ts';
export type { StartUnit } from './workloads/export/htsim-cm.ts';
export { chromeTrace } from './analysis/trace/chrome-trace.ts';
export type { TraceInput } from './analysis/trace/chrome-trace.ts';
export type { HashedLoadStatistics } from './analysis/bounds/hashed-statistics.ts';
export { renderSvgCharts } from './analysis/charts/svg-charts.ts';
export { atEqualEnergy, paretoFront } from './analysis/cross-layer/equal-energy.ts';
export type { CostAndQuality, EqualEnergy, EqualEnergyVerdict, Setting } from './analysis/cross-layer/equal-energy.ts';
export { renderReport } from './analysis/report/report.ts';
export { ncclTestsJson, ncclTestsTable, rcclTestsCsv } from './analysis/nccl-tests/format.ts';
export type { NcclTestsJsonHalf, NcclTestsJsonLine } from './analysis/nccl-tests/format.ts';
export type { NcclTestsResult } from './analysis/nccl-tests/values.ts';
export { parseNcclTests } from './analysis/nccl-tests/parse.ts';
export type { NcclTestsLine, NcclTestsMeasurement } from './analysis/nccl-tests/measurement.ts';
export type { NcclTestsOptions, NcclTestsOutput } from './analysis/nccl-tests/parse.ts';
export { cellRecord, RESULT_COLUMNS } from './analysis/rows.ts';
export type { CellRecord, FabricLinkRecord, Row, Value } from './analysis/rows.ts';

export { cellsOf, expandCells, listOf, runSingle } from './sweep/cells.ts';
export type { Cell, CellKey, CellList } from './sweep/cells.ts';
export { loadConfig } from './sweep/config/load.ts';
export type { LoadedConfig, LoadOptions } from './sweep/config/load.ts';
export { attemptCell, runCell } from './sweep/run-cell.ts';
export type { CellSpec } from './sweep/run-cell.ts';
export type { ConfigObject } from './sweep/library.ts';
export { scenarioOf, sweep, wirelessScenarioOf } from './sweep/library.ts';
export type { CellControl } from './sweep/pool.ts';
export { workerPool } from './sweep/pool.ts';
export type { CellRunner } from './sweep/pool.ts';
export { runSweep } from './sweep/run-sweep.ts';
export type { SweepInput, SweepOptions, SweepOutcome } from './sweep/run-sweep.ts';
export { StopFlag } from './sweep/stop-flag.ts';

export { WIRELESS_COLUMNS } from './wireless/columns.ts';
export { meanRateBps } from './wireless/hop/mean-rate.ts';
export type { WirelessColumn } from './wireless/columns.ts';
export { simulateWireless } from './wireless/result.ts';
export type { WirelessResult } from './wireless/result.ts';
export type * from './wireless/scenario.ts';
export type * from './sim/base/radio-spec.ts';
