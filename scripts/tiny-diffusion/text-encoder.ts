/** A CLIP-like text encoder of one layer: embeddings, causal self-attention, a small perceptron. */
import { GraphBuilder } from './graph-builder.ts';
import { TINY_DIFFUSION } from './shape.ts';

const HIDDEN = 32;

export function textEncoderModel(vocabularySize: number): Uint8Array {
  const { seed, promptTokens, textWidth: width } = TINY_DIFFUSION;
  const g = new GraphBuilder({ name: 'text_encoder', seed });
  const ids = g.input({ name: 'input_ids', type: 'int32', dims: ['batch', promptTokens] });
  const tokens = g.op('Gather', [g.weights([vocabularySize, width], { fanIn: 1 }), ids]);
  const positions = g.weights([promptTokens, width], { gain: 0.3, fanIn: 1 });
  const embedded = g.op('Add', [tokens, positions]);

  const normed = layerNorm(g, embedded, width);
  const [query, key, value] = [g.linear(normed, width, width), g.linear(normed, width, width), g.linear(normed, width, width)];
  const products = g.op('MatMul', [query, g.op('Transpose', [key], { perm: [0, 2, 1] })]);
  const weights = g.op('Softmax', [g.op('Add', [g.op('Mul', [products, g.scalar(1 / Math.sqrt(width))]), causalMask(g)])], {
    axis: -1,
  });
  const attended = g.op('Add', [embedded, g.linear(g.op('MatMul', [weights, value]), width, width)]);

  const hidden = g.silu(g.linear(layerNorm(g, attended, width), width, HIDDEN, 2));
  const mixed = g.op('Add', [attended, g.linear(hidden, HIDDEN, width)]);
  g.output({ name: 'last_hidden_state', type: 'float32', dims: ['batch', promptTokens, width] }, layerNorm(g, mixed, width));
  return g.encode();
}

function layerNorm(g: GraphBuilder, x: string, width: number): string {
  return g.op('LayerNormalization', [x, g.floats(Array(width).fill(1), [width]), g.floats(Array(width).fill(0), [width])], {
    axis: -1,
    epsilon: { f: 1e-5 },
  });
}

/** −10⁴ where a token would look ahead. */
function causalMask(g: GraphBuilder): string {
  const { promptTokens } = TINY_DIFFUSION;
  const positions = Array.from({ length: promptTokens }, (_, i) => i);
  const ahead = g.op('Greater', [g.floats(positions, [1, promptTokens]), g.floats(positions, [promptTokens, 1])]);
  return g.op('Where', [ahead, g.scalar(-1e4), g.scalar(0)]);
}
