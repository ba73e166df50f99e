/** Guesses from a model's id what it is for. */
import { isBaseModelId, parseModelId } from './model-id.ts';

/** The id is only a hint: language models have no variants, and image models have typical names. */
export function looksLikeImageModel({ name, variant }: { readonly name: string; readonly variant: string | null }): boolean {
  return variant !== null || /diffusion|sdxl|(^|[-_/])sd[-_\d]|flux|kandinsky|pixart/i.test(name);
}

/** The first of a node's models that can represent its results: a language model; null = there is none. */
export function pickSelfTestModel(modelIds: readonly string[]): string | null {
  return modelIds.find((id) => isBaseModelId(id) && !looksLikeImageModel(parseModelId(id))) ?? null;
}
