/** Classes of local events; at one instant they come after the packets, in this order. */
export const PULL_PACER = 2040;
export const SENDER_INFORMED = 2041;
export const NIC_WAKE_UP = 2042;
export const RETRANSMISSION_TIMER = 2043;
export const COMPUTE_FINISHED = 2044;
export const OPERATION_READY = 2045;
export const FLOW_STARTS = 2046;
export const SERVER_LINK = 2047;
/** Of a switch, which has none of the others. */
export const AIR_SLOT = 2040;
export const REORDER_FLUSH = 2041;
