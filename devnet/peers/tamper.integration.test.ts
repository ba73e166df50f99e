import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeLlmResponse, llmResponseSchema } from '../../protocol/engine/llm-response.ts';
import { scoreOfFiles, scoresEqual } from '../../protocol/scores/score.ts';
import { tamperWithResults } from './tamper.ts';
import { LITTLE_RESPONSE } from './testing/little-engine.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tamper-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a changed response still follows the protocol byte for byte, with another score', async () => {
  const path = join(directory, '0.json');
  const honest = encodeLlmResponse(LITTLE_RESPONSE);
  writeFileSync(path, honest);
  await tamperWithResults(directory);
  const bytes = new Uint8Array(readFileSync(path));
  const response = llmResponseSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  expect(response.choices[0]?.message.content).not.toBe(LITTLE_RESPONSE.choices[0]?.message.content);
  expect(bytes).toEqual(encodeLlmResponse(response));
  expect(scoreOfFiles('Llm', [bytes])).not.toBe(scoreOfFiles('Llm', [honest]));
  expect(response.usage.total_tokens).toBe(response.usage.prompt_tokens + response.usage.completion_tokens);
});

test('even if the honest answer is the one a cheat would fake', async () => {
  const path = join(directory, '0.json');
  for (const content of ['Yes.', 'No.']) {
    const choice = { finish_reason: 'stop' as const, message: { role: 'assistant' as const, content }, index: 0 };
    writeFileSync(path, encodeLlmResponse({ ...LITTLE_RESPONSE, choices: [choice] }));
    await tamperWithResults(directory);
    expect(readFileSync(path, 'utf8')).not.toContain(`"${content}"`);
  }
});

test('a changed image is an image with a very different score', async () => {
  const path = join(directory, '0.png');
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7 + (at >> 6)) % 256);
  const honest = encode({ width: 64, height: 64, data, channels: 3, depth: 8 });
  writeFileSync(path, honest);
  await tamperWithResults(directory);
  const [before, after] = [honest, new Uint8Array(readFileSync(path))].map((bytes) => scoreOfFiles('StableDiffusion', [bytes]));
  expect(scoresEqual('StableDiffusion', before ?? '', after ?? '', 24)).toBe(false);
});
