import { z } from 'zod';
import { bytes, count, kind, quantity, time, word } from './fields.ts';
import { positive, probability } from './wireless-channel.ts';

/** At most 1000 frames. */
const GOP = /^[IPB]{1,1000}$/;
const pacedRate = (description: string) => quantity('rate', description, { min: 1000, example: '64kbps' });

const fps = () => count('Frames a second.', 1000, 30).default(30);
const gop = () =>
  z
    .string()
    .refine((text) => GOP.test(text), {
      message: 'not the frames of a group of pictures',
      params: { hint: 'write letters I, P and B, such as IBBPBBPBBPBB' },
    })
    .default('IBBPBBPBBPBB')
    .meta({ description: 'Group of pictures, a letter (I, P, B) a frame.', example: 'IBBPBBPBBPBB', pattern: GOP.source });
const sourceRate = (description: string, example: string) => quantity('rate', description, { min: 1, example });
const packet = (fallback: string) => bytes('Of a packet.').prefault(fallback);
const spell = (description: string, fallback: string) => time(description).prefault(fallback);

export const app = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: kind('full-buffer', 'Always something to send.') }),
    z.strictObject({
      kind: kind('poisson', 'Packets of the link, a Poisson number a slot.'),
      packetsPerSlot: positive('Mean number.', 1),
    }),
    z.strictObject({
      kind: kind('bernoulli', 'At most one packet of the link a slot.'),
      probability: probability('P(one arrives).'),
    }),
    z.strictObject({
      kind: kind('cbr', 'Packets at a constant rate.'),
      rate: pacedRate('Of the source.'),
      packet: packet('500B'),
    }),
    z.strictObject({
      kind: kind('on-off', 'A constant rate for an exponential time, then silence for one.'),
      rate: pacedRate('While it sends.'),
      packet: packet('500B'),
      on: spell('Mean time of sending.', '1s'),
      off: spell('Mean time of silence.', '1s'),
    }),
    z.strictObject({
      kind: kind('video', 'One layer of video, frame by frame.'),
      fps: fps(),
      gop: gop(),
      rate: sourceRate('Of the source.', '512kbps').prefault('512kbps'),
      sizeVariation: z
        .tuple([z.number().min(0), z.number().min(0), z.number().min(0)])
        .default([0.3, 0.4, 0.5])
        .meta({ description: 'Coefficient of variation of the sizes of I, P and B frames.', example: [0.3, 0.4, 0.5] }),
    }),
    z.strictObject({
      kind: kind('svc', 'Layered video: a group of pictures a layer at a time.'),
      fps: fps(),
      gop: gop(),
      layers: z
        .array(sourceRate('Rate of the layer.', '128kbps'))
        .min(1)
        .max(8)
        .prefault(['128kbps', '256kbps', '512kbps'])
        .meta({ description: 'Source rate of each layer, the base layer first.', example: ['128kbps', '256kbps'] }),
      fec: word(
        ['none', 'eep', 'uep', 'uep-strong'],
        'Protection across packets: equal, or more for the base layer. Default: that of the controller, without one none.',
      ).optional(),
    }),
    z.strictObject({
      kind: kind('voice', 'Talk spurts of a codec.'),
      codec: word(['G.711', 'G.729'], 'For the quality (MOS).').default('G.711'),
      frame: bytes('Payload of a frame.').prefault('160B'),
      every: time('From frame to frame.').prefault('20ms'),
      on: spell('Mean talk spurt.', '1s'),
      off: spell('Mean silence.', '1.5s'),
      playout: quantity('time', 'Buffer at the receiver, or adaptive.', { words: ['adaptive'], example: '60ms' }).prefault('60ms'),
    }),
  ])
  .meta({ description: 'What a user sends.', shorthand: true });

export const qos = z
  .strictObject({
    loss: z.number().gt(0).lt(1).default(0.01).meta({ description: 'Target of the loss that is left after ARQ.', example: 0.01 }),
    delay: quantity('time', 'Delay bound, or none. Default: 100ms for video, svc and voice, else none.', {
      words: ['none'],
      example: '100ms',
    }).optional(),
    miss: z.number().gt(0).lt(1).default(0.005).meta({ description: 'Allowed share of packets beyond the bound.', example: 0.005 }),
    class: word(['UGS', 'rtPS', 'nrtPS', 'BE'], 'Service class. Default: UGS for voice, rtPS for video and svc, else BE.').optional(),
    minRate: quantity('rate', 'Rate that lwg reserves for nrtPS.', { min: 0, example: '100kbps' }).prefault('0bps'),
  })
  .meta({ description: 'What a user asks for.' });
