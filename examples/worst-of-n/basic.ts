/** Finds the worst of three answers. Run: node examples/worst-of-n/basic.ts */
import { worstOfN } from 'llm-blender';

const candidates = ['Because of the sea.', 'Air scatters blue light more than red light.', 'It is blue.'];
const { text } = await worstOfN({ prompt: 'Why is the sky blue?', candidates });
console.log(text);
