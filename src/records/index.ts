export { type HubSource, openHubSources } from './hub-source.ts';
export { joinRankings, type JoinRankingsOptions } from './join-rankings.ts';
export {
  type DataRecord,
  modelNames,
  type Question,
  type RecordCandidate,
  type RecordForm,
  type RecordMessage,
  type RecordPlace,
} from './record.ts';
export { type RecordItem, readRecords, type ReadRecordsOptions } from './read-records.ts';
export type { ByteRanges } from './bytes/byte-ranges.ts';
export type { RecordSource } from './read-rows.ts';
export type { RowMapper } from './read-shapes.ts';
export { ValueProblem } from './shapes/problems.ts';
export { Fields, NAMES } from './shapes/field-names.ts';
export { innerRows } from './shapes/expand-rows.ts';
export { unpackCell } from './shapes/texts.ts';
export { isHubPath } from '../weights/hub/dataset-reference.ts';
export { type FieldMap, MAPPED_NAMES, parseFieldMap } from './shapes/field-map.ts';
export { roundScores, toJson } from './to-json.ts';
