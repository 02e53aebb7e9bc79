/** Small whole files of each text format, written by hand. */

export const goalText = (ranks: number): string =>
  `num_ranks ${ranks}\n${Array.from({ length: ranks }, (_, r) => {
    const [next, last] = [(r + 1) % ranks, (r + ranks - 1) % ranks];
    return `rank ${r} {\nc: calc 5 cpu 1\ns: send 8b to ${next} tag 1\nr: recv 8b from ${last} tag 1\nt: send 9b to ${next}\nu: recv 9b from -1 tag 0\ns requires c\nt requires r\nu irequires s\n}\n`;
  }).join('')}`;
const tb = (id: number): string =>
  `<tb id="0" send="${1 - id}" recv="${1 - id}" chan="0"><step s="0" type="s" srcbuf="i" srcoff="${1 - id}" dstbuf="i" dstoff="0" cnt="1" depid="-1" deps="-1" hasdep="0"/><step s="1" type="rrcs" srcbuf="i" srcoff="${id}" dstbuf="i" dstoff="${id}" cnt="1" depid="-1" deps="-1" hasdep="0"/><step s="2" type="r" srcbuf="i" srcoff="0" dstbuf="i" dstoff="${1 - id}" cnt="1" depid="-1" deps="-1" hasdep="1"/></tb><tb id="1" send="-1" recv="-1" chan="0"><step s="0" type="nop" srcbuf="i" srcoff="-1" dstbuf="i" dstoff="-1" cnt="0" depid="0" deps="2" hasdep="0"/></tb>`;
export const mscclText = `<?xml version="1.0"?>\n<!-- two -->\n<algo name="x" proto="Simple" nchannels="1" nchunksperloop="2" ngpus="2" coll="allreduce" inplace="1">\n${[0, 1].map((id) => `<gpu id="${id}" i_chunks="2" o_chunks="0" s_chunks="0">${tb(id)}</gpu>`).join('\n')}\n</algo>\n`;
export const simaiText = `HYBRID_TRANSFORMER_FWD_IN_BCKWD model_parallel_NPU_group: 2 ep: 2 pp: 1 vpp: 1 ga: 1 all_gpus: 8 checkpoints: 1 0 checkpoint_initiates: 1 1\n2\na -1 5 ALLREDUCE 64 6 ALLGATHER 64 7 REDUCESCATTER 64 8\nb -1 5 ALLTOALL_EP 64 6 NONE 0 7 ALLREDUCE_DP_EP 64 8\n`;
export const htsimText =
  'Nodes 8\nConnections 4\nTriggers 1\n0->1 id 1 start 0 size 10 recv_done_trigger 1\n1->2 id 2 trigger 1 size 20\n1->3 id 3 trigger 1 size 20\n4->5 start 7 size 5\ntrigger id 1 oneshot\n';
export const hpccText = '3\n0 1 3 100 1000 0.0\n1 2 3 100 2000 0.5\n4 0 3 200 3000 2.0\n';
