export { BlendModel, type BlenderModel, type BlenderModelOptions } from './blend-model.ts';
export type { BlendMetadata, ModelDecision } from './provider-metadata.ts';
export { RankerModel, type RankerModelOptions } from './ranker-model.ts';
