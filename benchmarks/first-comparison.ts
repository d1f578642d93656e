// A process that loads the ranker, makes one comparison, and prints the milliseconds since it was started.
import { compare } from '../src/index.ts';

const { probability } = await compare({ prompt: 'Name a colour.', a: 'Blue.', b: 'I do not know.' });
process.stdout.write(`${JSON.stringify({ probability, ms: performance.now() })}\n`);
