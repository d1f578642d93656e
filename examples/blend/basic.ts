/** Blends three samples of the embedded model into one answer. Run: node examples/blend/basic.ts */
import { blend } from 'llm-blender';

const result = await blend({ prompt: 'What is the best thing about Kaggle?', maxOutputTokens: 60 });
console.log(result.text);
console.log(`${result.decision}: ${result.decisionReason}`);
