/** Keeps the best two answers, best first. Run: node examples/top-k/basic.ts */
import { topK } from 'llm-blender';

const candidates = ['Because of the sea.', 'Air scatters blue light more than red light.', 'It is blue.'];
const { texts } = await topK({ prompt: 'Why is the sky blue?', candidates, topK: 2 });
for (const text of texts) console.log(text);
