/** A fabric of four hosts, for configs that end in milliseconds. */
export const FABRIC = `topology:
  kind: leaf-spine
  leaves: 2
  spines: 2
  hostsPerLeaf: 2
  hostLink: { rate: 400Gbps, delay: 500ns }
  fabricLink: { rate: 400Gbps, delay: 500ns }
`;

export const RUN = `name: small
${FABRIC}workload: { kind: all-reduce, size: 64KiB }
balancer: ethereal
`;

export const SWEEP = `name: small-sweep
${FABRIC}workload: { kind: permutation, size: 64KiB }
sweep:
  grid:
    balancer: [ecmp, { kind: ecmp-split, k: 2 }, spray, ethereal]
    workload.size: [64KiB, 128KiB]
  repeat: 3
`;

/** Cells of some tens of milliseconds: enough of them that a signal falls between two. */
export const MANY_CELLS = `name: many
${FABRIC}workload: { kind: all-to-all, size: 4MiB }
sweep: { grid: { balancer: [ecmp, spray] }, repeat: 20 }
`;

/** A cell of milliseconds, then one that would run for minutes. */
export const LONG_CELL = `name: long
${FABRIC}workload: { kind: all-to-all }
sweep: { grid: { workload.size: [64KiB, 64GiB] } }
`;

/** Switches of 4098 ports are more than the packet engine takes: that cell fails. */
export const SOME_FAIL = `name: some-fail
${FABRIC}workload: { kind: all-reduce, size: 64KiB, ranks: 2 }
sweep: { grid: { topology.hostsPerLeaf: [2, 4096, 3] } }
`;

/** Ranks at random on hosts of which one is cut off: some seeds, not the first, place a rank there. */
export const SOME_CUT_OFF = `name: some-cut-off
${FABRIC}  placement: random
workload: { kind: all-reduce, size: 64KiB, ranks: 2 }
failures: [{ link: host0-leaf0 }]
sweep: { repeat: 8 }
`;
