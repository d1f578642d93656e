// The program of a process that wants the same weights as others: resolves a reference and says what happens.
import { resolveWeights } from '../resolve-weights.ts';
import type { ResolveWeightsOptions } from '../weights-context.ts';

const options = JSON.parse(process.argv[2] ?? '') as Partial<ResolveWeightsOptions>;
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
say({ result: await resolveWeights({ reference: 'local/tiny', onProgress: say, ...options }) });
