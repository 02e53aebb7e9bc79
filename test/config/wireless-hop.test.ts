import { describe, expect, test } from 'vitest';
import { prepare } from '../../sim/prepare.ts';
import { hopBlock } from '../../sweep/config/wireless-hop.ts';
import { runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';

const fabric = (wireless: string, rest = ''): string => `topology:
  kind: leaf-spine
  leaves: 3
  spines: 1
  hostsPerLeaf: 2
  hostLink: { rate: 1Gbps, delay: 1us }
  wireless: ${wireless}
workload: { kind: all-reduce, size: 64KiB }
nic: { mtu: 1440B, header: 60B, ack: 60B }
${rest}
`;
const PLAIN = 'leaves: [2, 1], queue: { packets: 500 }';

describe('topology.wireless', () => {
  test('has the defaults of kind wireless', async () => {
    const { scenario } = await runSingle(await loadText(fabric(`{ ${PLAIN}, channel: { correlation: clarke } }`)));
    expect('topology' in scenario && scenario.topology.wireless).toMatchObject({
      leaves: [1, 2],
      slot: { durationPs: 2e9, packetBits: 1080, packetsPerSlot: 4 },
      channel: { snrDb: 15, fading: 'nakagami', m: 1, dopplerHz: 10 },
      phy: { table: 'TM2', rule: 'A', perTarget: null },
      csi: { estimator: 'perfect', delaySlots: 1 },
      arq: { kind: 'truncated', maxRetransmissions: 2, harq: 'none' },
      queuePackets: 500,
      mac: { kind: 'pf', averagingSlots: 1000 },
      lossTarget: 0.01,
    });
  });

  test('all leaves', async () => {
    const { scenario } = await runSingle(await loadText(fabric('{ leaves: all, queue: { packets: 500 } }')));
    expect('topology' in scenario && scenario.topology.wireless?.leaves).toEqual([0, 1, 2]);
  });

  test.each([
    `{ ${PLAIN} }`,
    `{ ${PLAIN}, channel: { snr: 20dB, fading: rician, riceFactor: 4 }, arq: { kind: persistent }, mac: { kind: max-ci } }`,
    `{ ${PLAIN}, channel: { budget: { distance: 200m } }, energy: { transmit: 1W }, phy: { rule: B, perTarget: 0.05 } }`,
    `{ ${PLAIN}, channel: { correlation: gilbert-elliott, gilbertElliott: { goodToBad: 0.2 } }, phy: { fixedMode: 3 } }`,
    `{ ${PLAIN}, channel: { correlation: fsmc, doppler: 2Hz }, qos: { loss: 0.1 }, slot: { duration: 1ms, packetsPerSlot: 8 } }`,
  ])('the resolved config gives the run again: %s', async (wireless) => {
    const cell = await runSingle(await loadText(fabric(wireless)));
    const again = await runSingle(await loadText(JSON.stringify(cell.config)));
    expect(again.runId).toBe(cell.runId);
    expect(again.scenario).toEqual(cell.scenario);
    expect(again.config).toEqual(cell.config);
  });

  test('the block of a hop leaves out what has no effect', async () => {
    const { scenario } = await runSingle(await loadText(fabric(`{ ${PLAIN} }`)));
    const hop = 'topology' in scenario ? scenario.topology.wireless! : null;
    expect(hopBlock(hop!)).not.toHaveProperty('energy');
    expect(hopBlock(hop!).channel).not.toHaveProperty('gilbertElliott');
  });

  test.each([
    [fabric('{ leaves: [3], queue: { packets: 500 } }'), /topology\.wireless\.leaves\[0\]: there is no leaf 3/],
    [fabric('{ leaves: [1, 1], queue: { packets: 500 } }'), /topology\.wireless\.leaves\[1\]: leaf 1 is there twice/],
    [fabric('{ leaves: [] }'), /topology\.wireless\.leaves/],
    [
      fabric('{ leaves: [1], queue: { packets: 11 } }'),
      /topology\.wireless\.queue\.packets: a full packet of 1500 B is 12 packets of the link/,
    ],
    [
      fabric(`{ ${PLAIN}, slot: { packetsPerSlot: 2 } }`),
      /topology\.wireless\.slot\.packetsPerSlot: a slot of 16-QAM 9\/16 would carry 4\.5/,
    ],
    [fabric(`{ ${PLAIN}, mac: { kind: edf } }`), /topology\.wireless\.mac\.kind/],
    [fabric(`{ ${PLAIN}, arq: { deadline: true } }`), /topology\.wireless\.arq.*deadline/],
    [fabric(`{ ${PLAIN}, csi: { delaySlots: 2 } }`), /topology\.wireless\.csi\.delaySlots/],
    [fabric(`{ ${PLAIN}, channel: { doppler: 5Hz } }`), /topology\.wireless\.channel\.doppler/],
    [fabric(`{ ${PLAIN}, energy: { transmit: 1W } }`), /topology\.wireless\.energy\.transmit: the mean SNR does not depend on it/],
    [fabric(`{ ${PLAIN} }`, 'fidelity: bound'), /fidelity: bound knows the wires only/],
    [fabric(`{ ${PLAIN} }`, 'switch: { kind: shared }'), /switch\.kind: switches of kind shared pause/],
    [fabric(`{ ${PLAIN} }`, 'transport: { kind: fixed, recovery: none }'), /transport\.recovery: nothing would send again/],
  ])('what cannot be meant so is refused: %#', async (text, error) => {
    await expect(loadText(text).then(runSingle)).rejects.toThrow(error);
  });

  test('a chain that is none is refused with its key', async () => {
    const { scenario } = await runSingle(await loadText(fabric(`{ ${PLAIN}, channel: { correlation: fsmc, doppler: 50Hz } }`)));
    if (!('topology' in scenario)) throw new Error('a fabric');
    expect(() => prepare(scenario)).toThrow(
      expect.objectContaining({ code: 'E501', where: { path: 'topology.wireless.channel.doppler' } }),
    );
  });
});
