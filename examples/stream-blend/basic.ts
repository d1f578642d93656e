/** Prints the steps of a blend as they happen. Run: node examples/stream-blend/basic.ts */
import { createBlender } from 'llm-blender';

await using blender = createBlender();
for await (const part of blender.streamBlend({ prompt: 'Name a colour and say why.', maxOutputTokens: 40 })) {
  switch (part.type) {
    case 'candidate-end':
      console.log(`candidate ${part.candidate.id}: ${part.candidate.text}`);
      break;
    case 'comparison-end':
      console.log(
        `compared ${part.comparison.left} with ${part.comparison.right}: ${part.comparison.probability.toFixed(2)}`,
      );
      break;
    case 'fusion-delta':
      process.stdout.write(part.delta);
      break;
    case 'blend-end':
      console.log(`\n${part.result.decisionReason}`);
      break;
    default:
  }
}
