/** Tampers with an engine's results like a cheat: replaces them with others of the right form. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { encodeLlmResponse, type LlmResponse, llmResponseSchema } from '../../protocol/engine/llm-response.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';

/** Text of a model that was never run; its brevity gives it away. */
const FAKE_ANSWERS = ['Yes.', 'No.', 'I am not sure about that.'] as const;

/** Changes every result file in the directory. @throws ProtocolError, Error if a file is not a result */
export async function tamperWithResults(outputDir: string): Promise<void> {
  for (const name of await readdir(outputDir)) {
    const path = join(outputDir, name);
    if (/^\d+\.json$/.test(name)) {
      const response = parseWireJson(llmResponseSchema, await readFile(path, 'utf8'), name);
      await writeFile(path, encodeLlmResponse(fakeResponse(response)));
    } else if (/^\d+\.png$/.test(name)) {
      await writeFile(path, invertPng(await readFile(path)));
    }
  }
}

/** The same response with another text, and token counts that match it. */
function fakeResponse(response: LlmResponse): LlmResponse {
  const choices = response.choices.map((choice) => {
    const content = FAKE_ANSWERS.find((answer) => answer !== choice.message.content) ?? '';
    return { ...choice, finish_reason: 'stop' as const, message: { role: choice.message.role, content } };
  });
  const prompt = response.usage.prompt_tokens;
  const completion = choices.reduce((tokens, choice) => tokens + choice.message.content.split(' ').length, 0);
  return {
    ...response,
    choices,
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  };
}

function invertPng(bytes: Uint8Array): Uint8Array {
  const image = decode(bytes);
  const highest = 2 ** image.depth - 1;
  return encode({ ...image, data: image.data.map((value) => highest - value) });
}
