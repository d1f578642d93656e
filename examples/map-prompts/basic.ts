/** Asks many questions, several at a time, and keeps failures apart. Run: node examples/map-prompts/basic.ts */
import { createBlender, mapPrompts } from 'llm-blender';

await using blender = createBlender();
const outcomes = await mapPrompts({
  prompts: ['Name a colour.', 'Name an animal.', ''],
  run: (prompt, { abortSignal }) => blender.blend({ prompt, maxOutputTokens: 20, fusion: false, abortSignal }),
  concurrency: 2,
  onProgress: ({ done, failed, total }) => console.log(`${done} of ${total}, ${failed} failed`),
});
for (const { result, error } of outcomes) console.log(result?.text ?? `failed: ${error?.message}`);
