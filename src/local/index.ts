export { createLocalModel, type CreateLocalModelOptions } from './create-local-model.ts';
export { LocalModel } from './local-model.ts';
