/** Picks the best of three samples of the embedded model. Run: node examples/best-of-n/basic.ts */
import { bestOfN } from 'llm-blender';

const { text, candidates, failures } = await bestOfN({
  prompt: 'Name a colour and say why.',
  models: ['local/smollm2-135m-instruct'],
  samples: 3,
  maxOutputTokens: 40,
});
console.log(text);
console.log(`The best of ${candidates.length}, ${failures.length} failed.`);
