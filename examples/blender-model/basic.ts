/** A blend as a model of the AI SDK. Run: node examples/blender-model/basic.ts */
import { streamText } from 'ai';
import { createBlender } from 'llm-blender';

await using blender = createBlender();
const model = blender.blenderModel({ models: ['local/smollm2-135m-instruct'], samples: 2, maxOutputTokens: 60 });
const result = streamText({ model, prompt: 'What is the capital of France?' });
for await (const part of result.fullStream) {
  // The steps of the blend come as reasoning, and the answer once it is decided.
  if (part.type === 'reasoning-delta') process.stderr.write(part.text);
  if (part.type === 'text-delta') process.stdout.write(`${part.text}\n`);
}
