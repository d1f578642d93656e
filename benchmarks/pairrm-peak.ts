/** Compares one pair of texts of so many words and writes tokens and peak memory as JSON: `FOLDER WORDS`. */
import { loadCrossEncoder } from '../src/rankers/cross-encoder/index.ts';
import { makePools } from './pools.ts';

const [, , folder = '', words = '60'] = process.argv;
await using ranker = await loadCrossEncoder({ folder, threads: 2 });
const [pool] = makePools({ count: 1, size: 3, least: Number(words), most: Number(words), seed: 4 });
const [instruction = '', left = '', right = ''] = pool?.candidates ?? [];
const { usage } = await ranker.doCompare({ pairs: [{ task: { instruction, input: '' }, left, right }] });
const bytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ tokens: usage.inputTokens, bytes }));
