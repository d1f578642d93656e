export { parseLine } from './parse-line.ts';
export { type RawLine, readLines } from './read-lines.ts';
export { candidatesRecord, type JsonlRecord, pairRecord, rankedCandidatesRecord } from './records.ts';
export { type LinePart, type LineResult, runLines, type RunLinesOptions } from './run-lines.ts';
export { toJson } from './to-json.ts';
