/** A ranker as a reranking model of the AI SDK. Run: node examples/blender-model/rerank.ts */
import { rerank } from 'ai';
import { createBlender } from 'llm-blender';

await using blender = createBlender();
const { ranking } = await rerank({
  model: blender.rankerModel('small'),
  query: 'What is the capital of Australia?',
  documents: ['Paris is in France.', 'Canberra is the capital of Australia.', 'Sydney is large.'],
  topN: 2,
});
for (const { score, document } of ranking) console.log(score.toFixed(2), document);
