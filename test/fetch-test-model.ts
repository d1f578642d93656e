import { resolveWeights } from '../src/weights/index.ts';

/**
 * Fetches the embedded model once for all tests, as a user's first run would, and passes them its path.
 * Set LLM_BLENDER_TEST_MODEL to the path of a GGUF to use another.
 */
export async function setup(): Promise<void> {
  if (process.env['LLM_BLENDER_TEST_MODEL'] !== undefined) return;
  const { path } = await resolveWeights({ reference: 'local/smollm2-135m-instruct' });
  process.env['LLM_BLENDER_TEST_MODEL'] = path;
}
