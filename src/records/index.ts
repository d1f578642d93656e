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
export type { RecordSource } from './read-rows.ts';
export { type FieldMap, MAPPED_NAMES, parseFieldMap } from './shapes/field-map.ts';
export { roundScores, toJson } from './to-json.ts';
