/** Ranks answers you already have. Run: node examples/rank/basic.ts */
import { rank } from 'llm-blender';

const candidates = ['Because of the sea.', 'Air scatters blue light more than red light.', 'It is blue.'];
const { order, scores, warning } = await rank({ prompt: 'Why is the sky blue?', candidates });
for (const index of order) console.log(scores[index]?.toFixed(2), candidates[index]);
if (warning !== undefined) console.log(warning);
