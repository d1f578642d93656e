/** Compares each answer with one reference. Run: node examples/rank-with-reference/basic.ts */
import { rankWithReference } from 'llm-blender';

const candidates = ['Because of the sea.', 'Air scatters blue light more than red light.', 'It is blue.'];
const { order, comparisons, reference } = await rankWithReference({
  prompt: 'Why is the sky blue?',
  candidates,
  reference: 'shortest',
});
console.log(`Probability of being better than “${reference.text}”:`);
for (const index of order) console.log(comparisons[index]?.probability.toFixed(2), candidates[index]);
