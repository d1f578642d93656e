/** Ranks with a ranker from a configuration file. Run: node examples/config/basic.ts */
import { join } from 'node:path';
import { createBlender, loadConfig } from 'llm-blender';

const config = await loadConfig({ cwd: join(import.meta.dirname, 'yaml') });
await using blender = createBlender(config);
const candidates = ['Because of the sea.', 'Air scatters blue light more than red light.'];
const { ranker, best } = await blender.rank({ prompt: 'Why is the sky blue?', candidates, ranker: 'quick' });
console.log(`${ranker} prefers: ${candidates[best]}`);
console.log(`Blends: ${Object.keys(config.blends ?? {}).join(', ')}`);
