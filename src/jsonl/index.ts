export { candidatesRecord, type JsonlRecord, pairRecord, rankedCandidatesRecord } from './records.ts';
export { type LineResult, runLines } from './run-lines.ts';
export { toJson } from './to-json.ts';
