/**
 * A denoiser that was never trained. It guesses the clean latent from the noisy one, the position in the image, the
 * timestep and, through cross-attention, the prompt, and returns the noise that this guess implies: ε = (x − √ᾱ·x₀) /
 * √(1−ᾱ). So every scheduler converges on it, to an image and not to noise.
 */
import { GraphBuilder } from './graph-builder.ts';
import { noiseLevels, TINY_DIFFUSION } from './shape.ts';

const TIME_FREQUENCIES = 8;
const POSITION_WAVES = 12;

export function unetModel(): Uint8Array {
  const { seed, promptTokens, textWidth, latentChannels: channels, unetWidth: width } = TINY_DIFFUSION;
  const g = new GraphBuilder({ name: 'unet', seed: seed + 1 });
  const latent = ['batch', channels, 'height', 'width'];
  const sample = g.input({ name: 'sample', type: 'float32', dims: latent });
  const timestep = g.input({ name: 'timestep', type: 'int64', dims: ['steps'] });
  const text = g.input({ name: 'encoder_hidden_states', type: 'float32', dims: ['batch', promptTokens, textWidth] });

  const blurred = g.op('AveragePool', [sample], { kernel_shape: [5, 5], pads: [2, 2, 2, 2] });
  const seen = g.op('Add', [g.conv(blurred, { from: channels, to: width, gain: 1.5 }), timeEmbedding(g, timestep)]);
  const place = positionEmbedding(g, sample);
  const first = g.silu(g.conv(g.op('Add', [g.silu(seen), place]), { from: width, to: width }));
  const asked = g.op('Add', [first, crossAttention(g, g.op('Add', [first, place]), text)]);

  const half = g.op('AveragePool', [asked], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 });
  const coarse = g.silu(g.conv(half, { from: width, to: width, gain: 2 }));
  // Sizes, not factors: an odd latent has no half.
  const back = g.op('Resize', [coarse, '', '', g.op('Shape', [asked])], { mode: 'linear' });
  const both = g.silu(g.conv(g.op('Concat', [asked, back], { axis: 1 }), { from: 2 * width, to: width, gain: 2 }));
  const drawn = g.op('Add', [g.conv(both, { from: width, to: channels, gain: 2 }), promptTint(g, text)]);
  const clean = g.op('Mul', [g.op('Tanh', [drawn]), g.scalar(1.5)]);

  const { alpha, sigma } = noiseLevels();
  const level = (table: readonly number[]) =>
    g.op('Reshape', [g.op('Gather', [g.floats(table, [table.length]), timestep]), g.ints(-1, 1, 1, 1)]);
  const rest = g.op('Sub', [sample, g.op('Mul', [clean, level(alpha)])]);
  g.output({ name: 'out_sample', type: 'float32', dims: latent }, g.op('Div', [rest, level(sigma)]));
  return g.encode();
}

/** [1, width, 1, 1] */
function timeEmbedding(g: GraphBuilder, timestep: string): string {
  const width = TINY_DIFFUSION.unetWidth;
  const frequencies = Array.from({ length: TIME_FREQUENCIES }, (_, i) => 2 ** -(i + 1));
  const seconds = g.op('Reshape', [g.cast(timestep, 'float32'), g.ints(-1, 1)]);
  const angles = g.op('Mul', [seconds, g.floats(frequencies, [1, TIME_FREQUENCIES])]);
  const waves = g.op('Concat', [g.op('Sin', [angles]), g.op('Cos', [angles])], { axis: 1 });
  const hidden = g.silu(g.linear(waves, 2 * TIME_FREQUENCIES, width, 2));
  return g.op('Reshape', [g.linear(hidden, width, width, 0.5), g.ints(-1, width, 1, 1)]);
}

/** Waves across the image, the same for every size: [batch, width, height, width of the latent]. */
function positionEmbedding(g: GraphBuilder, sample: string): string {
  const channel = g.op('Slice', [sample, g.ints(0), g.ints(1), g.ints(1)]);
  const ones = g.op('Add', [g.op('Mul', [channel, g.scalar(0)]), g.scalar(1)]);
  const axis = (index: number) => {
    const count = g.op('CumSum', [ones, g.op('Squeeze', [g.ints(index)])]);
    return g.op('Div', [count, g.op('ReduceMax', [count], { axes: [2, 3] })]);
  };
  const coordinates = g.op('Concat', [axis(2), axis(3)], { axis: 1 });
  const waves = g.op('Sin', [g.conv(coordinates, { from: 2, to: POSITION_WAVES, size: 1, gain: 8 })]);
  return g.conv(waves, { from: POSITION_WAVES, to: TINY_DIFFUSION.unetWidth, size: 1, gain: 2.5 });
}

/** The prompt as a whole shifts every channel of the latent: [batch, channels, 1, 1]. */
function promptTint(g: GraphBuilder, text: string): string {
  const { textWidth, latentChannels: channels } = TINY_DIFFUSION;
  const whole = g.op('ReduceMean', [text], { axes: [1], keepdims: 0 });
  return g.op('Reshape', [g.linear(whole, textWidth, channels, 5), g.ints(-1, channels, 1, 1)]);
}

/** Every position of the latent attends to the words of the prompt. */
function crossAttention(g: GraphBuilder, x: string, text: string): string {
  const { unetWidth: width, textWidth } = TINY_DIFFUSION;
  const places = g.op('Transpose', [g.op('Reshape', [x, g.ints(0, width, -1)])], { perm: [0, 2, 1] });
  const query = g.linear(places, width, width, 2);
  const key = g.op('Transpose', [g.linear(text, textWidth, width)], { perm: [0, 2, 1] });
  const weights = g.op('Softmax', [g.op('MatMul', [query, key])], { axis: -1 });
  const answer = g.linear(g.op('MatMul', [weights, g.linear(text, textWidth, width)]), width, width, 1.5);
  return g.op('Reshape', [g.op('Transpose', [answer], { perm: [0, 2, 1] }), g.op('Shape', [x])]);
}
