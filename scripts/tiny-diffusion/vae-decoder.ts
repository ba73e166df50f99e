/** Latent to image: convolutions between three doublings of the size. */
import { GraphBuilder } from './graph-builder.ts';
import { TINY_DIFFUSION } from './shape.ts';

export function vaeDecoderModel(): Uint8Array {
  const { seed, latentChannels, decoderWidths, scalingFactor } = TINY_DIFFUSION;
  const g = new GraphBuilder({ name: 'vae_decoder', seed: seed + 2 });
  const latent = g.input({ name: 'latent_sample', type: 'float32', dims: ['batch', latentChannels, 'height', 'width'] });
  let [from] = decoderWidths as readonly [number, ...number[]];
  // Strong guidance overshoots; without this the image would be all white or black.
  const bounded = g.op('Tanh', [g.op('Mul', [latent, g.scalar(scalingFactor / 2)])]);
  let x = g.silu(g.conv(bounded, { from: latentChannels, to: from, gain: 2.5 }));
  for (const to of decoderWidths.slice(1)) {
    const doubled = g.op('Resize', [x, '', g.floats([1, 1, 2, 2], [4])], { mode: 'linear' });
    x = g.silu(g.conv(doubled, { from, to, gain: 1.8 }));
    from = to;
  }
  const picture = g.op('Tanh', [g.conv(x, { from, to: 3, gain: 1.6 })]);
  g.output({ name: 'sample', type: 'float32', dims: ['batch', 3, 'image_height', 'image_width'] }, picture);
  return g.encode();
}
