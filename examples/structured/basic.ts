/** An answer as an object. Run: node examples/structured/basic.ts */
import { createBlender } from 'llm-blender';

await using blender = createBlender();
const { object, candidates } = await blender.blend({
  prompt: 'What is the capital of France?',
  // A Zod schema gives `object` a type as well.
  schema: {
    type: 'object',
    properties: {
      city: { type: 'string', maxLength: 40 },
      continent: { enum: ['Africa', 'America', 'Asia', 'Europe'] },
    },
    required: ['city', 'continent'],
    additionalProperties: false,
  },
  samples: 2,
});
console.log(object, `from ${candidates.length} candidates`);
