/** Fuses two answers after an analysis, and prints the text as it is written. Run: node examples/fuse/analysis.ts */
import { fuse } from 'llm-blender';

const { analysis, failures } = await fuse({
  prompt: 'What is the capital of Australia, and why?',
  candidates: [
    'The capital of Australia is Canberra. It was built as a compromise between Sydney and Melbourne.',
    'Canberra is the capital. Parliament moved there in 1927.',
  ],
  analysis: true,
  contextTokens: 1200, // keeps the analysis short: it gets a quarter of the context
  maxOutputTokens: 60,
  onAnalysis: () => console.log('Analysis done. Fused answer:'),
  onDelta: (delta) => process.stdout.write(delta),
});
console.log('\n');
console.log(analysis ?? failures);
